"""Answers the engine: which rules there are, and what they find. Each resource is opened once, for all rules.

The SDK's own server opens a resource anew for each policy, and the whole stack anew for each stack policy: with as many
rules as this pack has, that alone takes longer than the preview (docs/adr/0026-policy-server.md).
"""

# ruff: noqa: N802, ARG002  (names and arguments are the service's)
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import grpc  # type: ignore[import-untyped]
from google.protobuf.empty_pb2 import Empty  # type: ignore[import-untyped]
from google.protobuf.json_format import MessageToDict, ParseDict  # type: ignore[import-untyped]
from google.protobuf.struct_pb2 import Struct  # type: ignore[import-untyped]
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc
from pulumi.runtime.proto.plugin_pb2 import PluginInfo
from pulumi_policy import EnforcementLevel, Severity

from policies.pack.configuration import LEVELS, Configuration, ConfigurationError, configured
from policies.pack.judge import Finding, Kind, judge, judge_stack, mended, together
from policies.pack.resource import Resource, Stack
from policies.pack.rule import ResourceRule, Rule, StackRule
from policies.pack.values import as_secret, is_secret, opened
from policies.pack.waiver_rule import WAIVERS_IN_ORDER, waiver_findings
from policies.pack.waivers import Waiver, waiver_of

_SEVERITIES = {
    Severity.LOW: analyzer_pb2.POLICY_SEVERITY_LOW,
    Severity.MEDIUM: analyzer_pb2.POLICY_SEVERITY_MEDIUM,
    Severity.HIGH: analyzer_pb2.POLICY_SEVERITY_HIGH,
    Severity.CRITICAL: analyzer_pb2.POLICY_SEVERITY_CRITICAL,
}
_SENT = {level: number for number, level in LEVELS.items()}


class Analyzer(analyzer_pb2_grpc.AnalyzerServicer):
    """One pack: its rules, the waivers and, once the engine has sent it, the configuration."""

    def __init__(
        self,
        name: str,
        rules: Sequence[Rule],
        types: Iterable[type[Resource]],
        waivers: Sequence[Waiver] = (),
        today: Callable[[], date] = date.today,
    ) -> None:
        """`types` are the resources that rules can read; every other is a plain `Resource`."""
        self._name = name
        self._waivers, self._today = waivers, today
        self._used: Counter[Waiver] = Counter()
        self._asked: dict[str, Struct] = {}
        self._rules = (*rules, WAIVERS_IN_ORDER)
        self._types = {each.TYPE: each for each in types}
        self._use(Configuration())

    def GetPluginInfo(self, request: Empty, context: grpc.ServicerContext) -> PluginInfo:
        """Nothing: PulumiPolicy.yaml has the version."""
        return PluginInfo()

    def GetAnalyzerInfo(self, request: Empty, context: grpc.ServicerContext) -> analyzer_pb2.AnalyzerInfo:
        """The rules."""
        return analyzer_pb2.AnalyzerInfo(name=self._name, supportsConfig=True, policies=map(_info, self._rules))

    def Configure(self, request: analyzer_pb2.ConfigureAnalyzerRequest, context: grpc.ServicerContext) -> Empty:
        """Take levels and numbers; what the pack does not have is refused."""
        try:
            self._use(configured(request.policyConfig, self._rules))
        except ConfigurationError as error:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"configuration of policy pack {self._name}: {error}")
        return Empty()

    def ConfigureStack(
        self, request: analyzer_pb2.AnalyzerStackConfigureRequest, context: grpc.ServicerContext
    ) -> analyzer_pb2.AnalyzerStackConfigureResponse:
        """Nothing that a rule needs."""
        return analyzer_pb2.AnalyzerStackConfigureResponse()

    def Analyze(
        self, request: analyzer_pb2.AnalyzeRequest, context: grpc.ServicerContext
    ) -> analyzer_pb2.AnalyzeResponse:
        """Judge one resource by every rule for its type."""
        self._asked[request.urn] = request.properties
        resource = self._resource(request)
        found = [
            finding
            for rule, numbers in self._judged.get(type(resource), ())
            for finding in judge(rule, resource, numbers)
        ]
        return self._told(self._without_waived(found, {resource.urn: resource}))

    def AnalyzeStack(
        self, request: analyzer_pb2.AnalyzeStackRequest, context: grpc.ServicerContext
    ) -> analyzer_pb2.AnalyzeResponse:
        """Judge the whole; the engine asks for that after it has asked about each resource."""
        stack = Stack([self._resource(each, self._asked.get(each.urn)) for each in request.resources])
        found = [finding for rule, numbers in self._judged_whole for finding in judge_stack(rule, stack, numbers)]
        left = list(self._without_waived(found, {each.urn: each for each in stack.resources}))
        waivers = list(waiver_findings(self._waivers, self._used, stack, self._today()))
        self._used.clear()
        self._asked.clear()
        return self._told([*left, *waivers])

    def Remediate(
        self, request: analyzer_pb2.AnalyzeRequest, context: grpc.ServicerContext
    ) -> analyzer_pb2.RemediateResponse:
        """Mend the resource by every rule that may; each sees what the ones before it have mended."""
        response = analyzer_pb2.RemediateResponse()
        for rule in self._rules:
            if self._configuration.level(rule) is EnforcementLevel.REMEDIATE and isinstance(rule, ResourceRule):
                self._mend(rule, request, response)
        return response

    def _mend(
        self, rule: ResourceRule[Any], request: analyzer_pb2.AnalyzeRequest, response: analyzer_pb2.RemediateResponse
    ) -> None:
        changes = mended(rule, self._resource(request), self._numbers(rule))
        if not changes:
            return
        raw = MessageToDict(request.properties)
        for name, value in changes.items():
            raw[name] = as_secret(value) if is_secret(raw.get(name)) else value
        ParseDict(raw, request.properties)
        response.remediations.add(
            policyName=rule.name,
            policyPackName=self._name,
            description=rule.description,
            properties=request.properties,
        )

    def _without_waived(self, findings: Iterable[Finding], at: Mapping[str, Resource]) -> Iterator[Finding]:
        """Those that no waiver covers; of one that does, the use is counted.

        What a waiver is for shows in what a program asks for: while a provider's own configuration is not known, the
        whole stack comes without the inputs of its resources.
        """
        for finding in findings:
            resource = at.get(finding.urn)
            waiver = resource and waiver_of(finding, resource, self._waivers, self._today())
            if waiver:
                self._used[waiver] += 1
            if not waiver or finding.kind is Kind.UNKNOWN:
                yield finding

    def _numbers(self, rule: Rule) -> Mapping[str, Any]:
        return self._configuration.of(rule)

    def _use(self, configuration: Configuration) -> None:
        """Judge by this configuration from now on: each type by its rules, and the whole by those about it."""
        self._configuration = configuration
        on = [
            (rule, self._numbers(rule))
            for rule in self._rules
            if configuration.level(rule) is not EnforcementLevel.DISABLED
        ]
        self._judged_whole = [(rule, numbers) for rule, numbers in on if isinstance(rule, StackRule)]
        kinds: list[type[Resource]] = [Resource, *self._types.values()]
        self._judged = {
            kind: [
                (rule, numbers) for rule, numbers in on if isinstance(rule, ResourceRule) and issubclass(kind, rule.of)
            ]
            for kind in kinds
        }

    def _resource(
        self, sent: analyzer_pb2.AnalyzeRequest | analyzer_pb2.AnalyzerResource, asked: Struct | None = None
    ) -> Resource:
        read = opened(sent.properties, asked)
        return self._types.get(sent.type, Resource)(
            type=sent.type,
            urn=sent.urn,
            name=sent.name,
            inputs=read.inputs,
            protect=sent.options.protect,
            parent=sent.options.parent,
            host=sent.provider.urn,
            secrets=read.secrets,
        )

    def _told(self, findings: Iterable[Finding]) -> analyzer_pb2.AnalyzeResponse:
        said = [each for each in findings if self._is_said(each)]
        return analyzer_pb2.AnalyzeResponse(diagnostics=map(self._diagnostic, together(said)))

    def _is_said(self, finding: Finding) -> bool:
        """Of an input that is not known only what would block is said."""
        level = self._configuration.level(finding.rule)
        quiet = finding.kind is Kind.UNKNOWN and level is EnforcementLevel.ADVISORY
        return level is not EnforcementLevel.DISABLED and not quiet

    def _diagnostic(self, finding: Finding) -> analyzer_pb2.AnalyzeDiagnostic:
        rule = finding.rule
        level = self._configuration.level(rule)
        if finding.kind in (Kind.UNKNOWN, Kind.WAIVED):
            level = EnforcementLevel.ADVISORY
        elif level is EnforcementLevel.REMEDIATE:
            # It was tried, and something is still wrong.
            level = EnforcementLevel.MANDATORY
        return analyzer_pb2.AnalyzeDiagnostic(
            policyName=rule.name,
            policyPackName=self._name,
            description=rule.description,
            message=f"{rule.description}\n{finding.message}",
            urn=finding.urn,
            enforcementLevel=_SENT[level],
            severity=_SEVERITIES[rule.severity],
        )


def _info(rule: Rule) -> analyzer_pb2.PolicyInfo:
    info = analyzer_pb2.PolicyInfo(
        name=rule.name,
        description=rule.description,
        enforcementLevel=_SENT[rule.level],
        severity=_SEVERITIES[rule.severity],
        remediation_steps=rule.steps,
        tags=rule.tags,
        url=rule.source,
        policy_type=analyzer_pb2.POLICY_TYPE_RESOURCE
        if isinstance(rule, ResourceRule)
        else analyzer_pb2.POLICY_TYPE_STACK,
    )
    if rule.numbers:
        ParseDict(_plain(rule.numbers), info.configSchema.properties)
    if rule.follows:
        first = rule.follows[0]
        info.framework.name, info.framework.version, info.framework.reference = (
            first.framework,
            first.version,
            first.reference,
        )
    return info


def _plain(numbers: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {name: dict(schema) for name, schema in numbers.items()}
