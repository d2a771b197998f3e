#!/bin/sh
# Installs or upgrades the gateway on Raspberry Pi OS (64-bit) or Debian 12 and later. Run it with sudo from a checkout:
#
#   sudo deploy/raspberrypi/install.sh
#
# It may be run again at any time. It never touches /etc/anju/gateway.toml, the certificates or the database.

set -eu
umask 022

# The system's own Python: one under somebody's home could not be run by the gateway's user.
PYTHON=/usr/bin/python3
PREFIX=/opt/anju
VENV=$PREFIX/venv
CONFIG=/etc/anju/gateway.toml
SOURCE=$(cd "$(dirname "$0")/../.." && pwd)

fail() {
    echo "install.sh: $*" >&2
    exit 2
}

check_machine() {
    [ "$(id -u)" -eq 0 ] || fail "needs root; run: sudo $0"
    command -v apt-get > /dev/null || fail "this is no Debian; see docs/maintainers.md for what it would do"
    case $(dpkg --print-architecture) in
    arm64 | amd64) ;;
    *) fail "needs a 64-bit system; install Raspberry Pi OS (64-bit)" ;;
    esac
}

install_packages() {
    apt-get update -q
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends python3 python3-venv mosquitto alsa-utils
    "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "needs Python 3.11; upgrade to Debian 12"
}

create_user() {
    getent passwd anju > /dev/null ||
        useradd --system --user-group --no-create-home --home-dir /var/lib/anju --shell /usr/sbin/nologin anju
    getent group gpio > /dev/null || groupadd --system gpio # Raspberry Pi OS has it, Debian does not
    usermod --append --groups dialout,audio,gpio anju
    install -d -o root -g anju -m 0750 /etc/anju
    install -d -o anju -g anju -m 0700 /var/lib/anju
}

# The same method as in the Makefile: only packages whose digests are in the lock files.
install_program() {
    install -d "$PREFIX" "$PREFIX/docs"
    [ -x "$VENV/bin/python" ] || "$PYTHON" -m venv --clear "$VENV"
    "$VENV/bin/pip" install -q --disable-pip-version-check --require-hashes \
        -r "$SOURCE/requirements-build.txt" -r "$SOURCE/requirements.txt"
    "$VENV/bin/pip" install -q --disable-pip-version-check --no-build-isolation --no-deps --force-reinstall "$SOURCE"
    ln -sfn "$VENV/bin/anju" /usr/local/bin/anju
    install -m 0644 "$SOURCE/docs/installers.md" "$SOURCE/docs/maintainers.md" "$PREFIX/docs/"
}

install_settings() {
    if [ ! -e "$CONFIG" ]; then
        install -o root -g anju -m 0640 "$SOURCE/deploy/raspberrypi/gateway.example.toml" "$CONFIG"
    fi
    install -m 0644 "$SOURCE/deploy/raspberrypi/mosquitto-local.conf" /etc/mosquitto/conf.d/anju.conf
    install -m 0644 "$SOURCE/deploy/raspberrypi/anju-gateway.service" /etc/systemd/system/anju-gateway.service
    install -m 0644 "$SOURCE/deploy/raspberrypi/anju-lamp.rules" /etc/udev/rules.d/70-anju-lamp.rules
    install -m 0644 "$SOURCE/deploy/raspberrypi/anju-gpio.rules" /etc/udev/rules.d/70-anju-gpio.rules
    udevadm control --reload
    udevadm trigger --subsystem-match=leds --subsystem-match=gpio --action=change
}

start_services() {
    systemctl daemon-reload
    systemctl enable --quiet mosquitto.service anju-gateway.service
    systemctl restart mosquitto.service
    status=0
    runuser -u anju -- "$VENV/bin/anju" check-config --config "$CONFIG" || status=$?
    case $status in
    0)
        systemctl restart anju-gateway.service
        echo "The gateway runs. Its log: journalctl -u anju-gateway -f"
        ;;
    2) echo "Installed. Correct what is listed above in $CONFIG, then: sudo systemctl restart anju-gateway" ;;
    *) fail "the program cannot be run by the user anju (status $status); see the messages above" ;;
    esac
}

check_machine
install_packages
create_user
install_program
install_settings
start_services
