set -eu
prometheus-alertmanager --version | head -1
cat > /tmp/alertmanager.yml <<'EOF'
route: {receiver: pager}
receivers: [{name: pager}]
EOF
amtool check-config /tmp/alertmanager.yml
prometheus-alertmanager --config.file=/tmp/alertmanager.yml --storage.path=/var/lib/hft/data \
    --web.listen-address=127.0.0.1:29093 --cluster.listen-address= --log.level=error &
for _ in $(seq 100); do
    curl -fsS http://127.0.0.1:29093/-/ready 2> /dev/null > /tmp/ready && break
    sleep 0.1
done
grep 'OK' /tmp/ready
kill $!
wait $!
sed -i 's/receiver: pager/receiver: nobody/' /tmp/alertmanager.yml
! amtool check-config /tmp/alertmanager.yml > /dev/null 2>&1 || exit 1
