# router.sh SOCKET OLD NEW, in a router's container: lead to another primary without waiting for two checks of it.
#
# Says `ready`; on the next line it tells HAProxy, and says `routed`. HAProxy goes on checking, and so corrects what is
# no longer so.
exec perl -MIO::Socket::UNIX -e '
    my ($socket, $old, $new) = @ARGV;
    $| = 1;
    print "ready\n";
    exit unless defined <STDIN>;
    my $haproxy = IO::Socket::UNIX->new($socket) or die "HAProxy at $socket: $!\n";
    $haproxy->print("set server primary/$old health down; set server primary/$new health up\n");
    my $said = join "", <$haproxy>;
    die "HAProxy: $said" if $said =~ /\S/;
    print "routed\n";
' "$@"
