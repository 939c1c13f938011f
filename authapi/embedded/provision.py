"""The first start: creates the database's user; from then on every client needs the password.

The server can create its first user only while it asks for no password. Meanwhile it takes only
connections that show a certificate (mutual TLS, RFC 8446, 4.3.2), whose key this process makes and
deletes: no other user of the machine gets a command through.
"""

import datetime
import secrets
import subprocess
import sys
import time
from pathlib import Path

from authapi.core.durable_files import write_durably
from authapi.embedded import ports
from authapi.embedded.data_directory import USER, DataDirectory
from authapi.embedded.server import start, stop

_CERTIFICATE_LIFETIME = datetime.timedelta(days=1)


def provision(directory: DataDirectory, program: Path) -> None:
    """Create the user, and write down the password.

    The password is written last: while it is missing, all of this is repeated.
    """
    password = secrets.token_urlsafe(32)
    certificate = directory.provisioning_certificate
    write_durably(certificate, _make_certificate())
    with ports.reserved() as port:
        server = start(directory, program, port, *_only_for_holders_of(certificate))
        try:
            _wait_until_open(server, port)
            _set_password(port, password, certificate)
        finally:
            stop(server, port)
            certificate.unlink()
    write_durably(directory.password_file, password)


def _only_for_holders_of(certificate: Path) -> list[str]:
    """Return the server's options: both sides have to show the same certificate."""
    file = str(certificate)
    shown = ["--tls-cert-file", file, "--tls-key-file", file]
    return [*shown, "--tls-ca-file", file, "--tls-require-client-cert"]


def _wait_until_open(server: subprocess.Popen[bytes], port: int) -> None:
    while not ports.is_open(port):
        if server.poll() is not None:
            sys.exit(1)  # what it said is in the log
        time.sleep(0.05)


def _set_password(port: int, password: str, certificate: Path) -> None:
    from pymongo import MongoClient  # here, as most starts do without

    uri = f"mongodb://{ports.HOST}:{port}/?directConnection=true&w=majority&journal=true"
    file = str(certificate)
    with MongoClient[dict[str, object]](
        uri, tls=True, tlsCAFile=file, tlsCertificateKeyFile=file
    ) as client:
        known = client.admin.command("usersInfo", USER)["users"]
        command = "updateUser" if known else "createUser"
        client.admin.command(command, USER, pwd=password, roles=["root"])


def _make_certificate() -> str:
    """Return a new self-signed certificate for the loopback address, with its key, as PEM."""
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, USER)])
    address = x509.IPAddress(ipaddress.ip_address(ports.HOST))
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - _CERTIFICATE_LIFETIME)
        .not_valid_after(now + _CERTIFICATE_LIFETIME)
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return (private + certificate.public_bytes(serialization.Encoding.PEM)).decode()
