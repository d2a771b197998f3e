#!/bin/sh
# Makes the certificates of one district with openssl, into the folder it is called in.
#
#   make-certificates.sh ca                      ca.pem, ca.key: the district's authority; keep ca.key off every machine
#   make-certificates.sh server HOST...          server.pem, server.key: HOST is each name or address gateways dial
#   make-certificates.sh gateway ID              ID.pem, ID.key: ID is `gateway` in the gateway's file
#   make-certificates.sh desk DISTRICT           anju-desk-DISTRICT.pem and .key
#
# EC P-256, with key usage and key identifiers: Python 3.13 refuses a chain without them. Nothing is overwritten.

set -eu
umask 077

CA_DAYS=7300
LEAF_DAYS=1825

fail() {
    echo "make-certificates.sh: $*" >&2
    exit 2
}

usage() {
    fail "usage: make-certificates.sh ca | server HOST... | gateway ID | desk DISTRICT"
}

refuse_existing() {
    for file in "$1.pem" "$1.key"; do
        [ ! -e "$file" ] || fail "$file exists already; move it away to make a new one"
    done
}

require_name() {
    printf '%s\n' "$1" | grep -Eqx '[a-z0-9-]{1,32}' || fail "\"$1\" is no name; use 1 to 32 of a-z, 0-9 and -"
}

new_key() {
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key"
}

make_ca() {
    refuse_existing ca
    new_key ca
    cat > "$work/ca.cnf" <<CONFIG
[req]
prompt = no
distinguished_name = subject
x509_extensions = extensions
[subject]
CN = Anju district authority
[extensions]
basicConstraints = critical, CA:true, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
CONFIG
    openssl req -x509 -new -key ca.key -sha256 -days "$CA_DAYS" -config "$work/ca.cnf" -out ca.pem
}

# make_leaf FILE COMMON_NAME PURPOSE [NAMES]
make_leaf() {
    [ -e ca.pem ] && [ -e ca.key ] || fail "ca.pem and ca.key are not here; make them with: make-certificates.sh ca"
    refuse_existing "$1"
    new_key "$1"
    {
        echo "basicConstraints = critical, CA:false"
        echo "keyUsage = critical, digitalSignature"
        echo "extendedKeyUsage = $3"
        echo "subjectKeyIdentifier = hash"
        echo "authorityKeyIdentifier = keyid:always"
        [ -z "${4:-}" ] || echo "subjectAltName = $4"
    } > "$work/leaf.cnf"
    openssl req -new -key "$1.key" -subj "/CN=$2" -out "$work/leaf.csr"
    openssl x509 -req -in "$work/leaf.csr" -CA ca.pem -CAkey ca.key -set_serial "0x$(openssl rand -hex 16)" \
        -sha256 -days "$LEAF_DAYS" -extfile "$work/leaf.cnf" -out "$1.pem" 2> "$work/messages" ||
        { cat "$work/messages" >&2; exit 1; }
}

make_server() {
    names=
    for host in "$@"; do
        case $host in
        *:*) names="$names,IP:$host" ;;
        *[!0-9.]*) names="$names,DNS:$host" ;;
        *) names="$names,IP:$host" ;;
        esac
    done
    make_leaf server "$1" serverAuth "${names#,}"
}

make_gateway() {
    require_name "$1"
    case $1 in
    centre | anju-desk-*) fail "\"$1\" is reserved for the call centre; choose another gateway name" ;;
    ca | server) fail "\"$1\" would be the file of the authority or the server; choose another gateway name" ;;
    esac
    make_leaf "$1" "$1" clientAuth
}

make_desk() {
    require_name "$1"
    make_leaf "anju-desk-$1" "anju-desk-$1" clientAuth
}

[ $# -ge 1 ] || usage
what=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
case $what:$# in
ca:0) make_ca ;;
server:0) usage ;;
server:*) make_server "$@" ;;
gateway:1) make_gateway "$1" ;;
desk:1) make_desk "$1" ;;
*) usage ;;
esac
