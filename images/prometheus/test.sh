set -eu
prometheus --version | head -1
cat > /tmp/prometheus.yml <<'EOF'
rule_files: [/tmp/alerts.yaml]
scrape_configs: [{job_name: self, static_configs: [{targets: ["127.0.0.1:29090"]}]}]
EOF
cat > /tmp/alerts.yaml <<'EOF'
groups: [{name: check, rules: [{alert: Down, expr: up == 0}]}]
EOF
promtool check config /tmp/prometheus.yml
prometheus --config.file=/tmp/prometheus.yml --storage.tsdb.path=/var/lib/hft/data \
    --web.listen-address=127.0.0.1:29090 --log.level=error &
for _ in $(seq 100); do
    curl -fsS http://127.0.0.1:29090/-/ready 2> /dev/null > /tmp/ready && break
    sleep 0.1
done
grep 'Ready' /tmp/ready
kill $!
wait $!
echo 'groups: [{name: check, rules: [{alert: Down, expr: "up =="}]}]' > /tmp/alerts.yaml
! promtool check rules /tmp/alerts.yaml > /dev/null 2>&1 || exit 1
