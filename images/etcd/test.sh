set -eu
etcd --version | head -1
etcd --data-dir=/var/lib/hft/data --listen-client-urls=http://127.0.0.1:32379 \
    --advertise-client-urls=http://127.0.0.1:32379 --listen-peer-urls=http://127.0.0.1:32380 \
    --initial-advertise-peer-urls=http://127.0.0.1:32380 --initial-cluster=default=http://127.0.0.1:32380 \
    --log-level=error &
for _ in $(seq 50); do
    env -u ETCDCTL_CACERT -u ETCDCTL_CERT -u ETCDCTL_KEY etcdctl --endpoints=http://127.0.0.1:32379 endpoint health 2>&1 |
        grep 'is healthy' && exit 0
    sleep 0.2
done
exit 1
