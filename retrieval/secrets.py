"""Which files may hold secrets: by their name alone, so that nothing has to be opened to know."""

from __future__ import annotations

import re

# All in lower case. Of keys, certificates, and stores of either.
_EXTENSION = re.compile(
    r"pem|key|p8|p12|pfx|pkcs12|p7[bcs]|crt|cert?|der|csr|jks|jceks|bks|keystore|truststore|keytab|ppk|kdbx?"
    r"|gpg|pgp|agekey|snk|mobileprovision|provisionprofile|ovpn|env|tfstate|tfvars|kubeconfig"
)
_EXAMPLES = (".example.env", ".sample.env", ".template.env", "example.tfvars", "sample.tfvars")
_DATA = r"(?:json|ya?ml|ini|cfg|conf|toml|xml|txt|csv|properties|plist|env|enc|yml\.enc)"
_NAMES = re.compile(
    r"\.env(?![\w.-]*[._-](?:example|sample|template|tmpl|dist|defaults|schema)\b)(?:[._-].*)?"
    r"|\.envrc"
    r"|id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?(?:[._-].*)?(?<!\.pub)"
    r"|(?:secring|trustdb|pubring)\..*"
    r"|(?:private|secret|signing)[-_.]?keys?(?:\.(?:asc|txt|json|ya?ml|xml|properties))?"
    rf"|\.?(?:credentials?|creds)(?:\.{_DATA})?"
    rf"|[._]?secrets?(?:[._-][\w-]+)?\.{_DATA}"
    r"|\.?(?:application_default_credentials|client_secrets?.*|service[-_]?account.*|gha-creds-.*)\.json"
    r"|\.?(?:secrets?|passwords?|passwd|shadow|htpasswd|htdigest)(?:\.txt)?"
    r"|\.?(?:api[-_]?keys?|(?:access|auth|api)[-_]?tokens?)(?:\.(?:json|ya?ml|txt|ini))?"
    r"|\.?vault[-_]?(?:pass(?:word)?|token)(?:\.txt)?"
    r"|[._]netrc|\.npmrc|\.yarnrc\.yml|\.pypirc|\.pgpass|\.my\.cnf|\.mylogin\.cnf|\.git-credentials"
    r"|\.dockercfg|\.boto|\.s3cfg|\.?rclone\.conf|\.passwd-s3fs|\.terraformrc|kubeconfig(?:\.ya?ml)?"
    r"|local\.settings\.json|sftp-config\.json|\.remote-sync\.json"
    r"|\.(?:bash|zsh|sh|python|node_repl|psql|mysql|sqlite|rediscli|irb|pry)_?history"
)
# How each of these begins, for a quick no: most files begin otherwise.
_HINT = re.compile(
    r"[._]|id_|sec|trust|pub|priv|sign|cred|appl|client|serv|gha-|pass|shad|ht|api|access|auth|vault|rclone"
    r"|kube|local|sftp"
)
_PATHS = re.compile(
    r"(?:.*/)?\.(?:aws|azure|gcloud|kube|docker|oci|databricks)/(?:config(?:\.json)?|credentials.*|.*token.*\.json)"
    r"|(?:.*/)?\.(?:ssh|gnupg|password-store)/(?!(?:.*/)?(?:[^/]*\.pub|known_hosts)$).*"
)
_PRIVATE_KEY = re.compile(
    rb"\s*-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----|\s*PuTTY-User-Key-File-"
)


def may_hold_secrets(path: str) -> bool:
    lower = path.lower()
    name = lower.rpartition("/")[2]
    if "." in name and _EXTENSION.fullmatch(name.rpartition(".")[2]) and not name.endswith(_EXAMPLES):
        return True
    if name.endswith(".tfvars.json") or ".tfstate." in name:  # with the backups of the latter
        return True
    if _HINT.match(name) and _NAMES.fullmatch(name):
        return True
    return (lower.startswith(".") or "/." in lower) and _PATHS.fullmatch(lower) is not None


def is_private_key(data: bytes) -> bool:
    """A private key under a name that does not tell: only where the file begins as one."""
    return _PRIVATE_KEY.match(data[:200]) is not None
