# Read by the commands in setup/: sets $lib to this folder and $python to a Python that Odoo 19 runs on.
# As root on Debian a missing one is installed; otherwise one line says how to get it.

lib=$(CDPATH='' cd -- "$(dirname -- "$0")/lib" && pwd)
python=

find_python() {
    for candidate in python3 python3.13 python3.12 python3.11; do
        if "$candidate" -c '
import sys, venv, ensurepip
sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
            python=$candidate
            return 0
        fi
    done
    return 1
}

if ! find_python; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing Debian packages: python3 python3-venv" >&2
        export DEBIAN_FRONTEND=noninteractive
        apt-get -qq update >&2 </dev/null &&
            apt-get -qq install -y --no-install-recommends python3 python3-venv >/dev/null 2>&1 </dev/null || :
    fi
    if ! find_python; then
        echo "Python 3.11, 3.12 or 3.13 with venv is missing: sudo apt-get install python3 python3-venv" >&2
        exit 1
    fi
fi
