"""Which files may hold secrets: by their name alone, so that nothing has to be opened to know."""

from __future__ import annotations

import re

# Lower case; matched against the file's name.
_NAMES = (
    # environments: .env, .env.local, prod.env; what says it is an example is none
    r"\.env(?!.*\.(?:example|sample|template|tmpl|dist|defaults|schema)$)(?:[._-].*)?",
    r".+\.env",
    r"\.envrc",
    # keys and certificates
    r".+\.(?:pem|key|p8|p12|pfx|pkcs12|p7b|p7c|p7s|crt|cer|cert|der|csr|jks|jceks|bks|keystore|truststore)",
    r".+\.(?:keytab|ppk|kdb|kdbx|gpg|pgp|agekey|snk|mobileprovision|provisionprofile|ovpn)",
    r"id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?(?:[._-].*)?(?<!\.pub)",
    r"(?:secring|trustdb|pubring)\..*",
    r"(?:private|secret|signing)[-_.]?keys?(?:\.(?:asc|txt|json|ya?ml|xml|properties))?",
    # credentials
    r"\.?(?:credentials?|creds)(?:\.(?:json|ya?ml|ini|cfg|conf|toml|xml|txt|csv|properties|plist|enc|yml\.enc))?",
    r"\.?(?:application_default_credentials|client_secrets?[^/]*|service[-_]?account[^/]*)\.json",
    r"gha-creds-.*\.json",
    r"\.?secrets?(?:[._-][\w-]+)?\.(?:json|ya?ml|ini|cfg|conf|toml|xml|txt|properties|plist|env|enc|tfvars)",
    r"\.?(?:secrets?|passwords?|passwd|shadow|htpasswd|htdigest)(?:\.txt)?",
    r"\.?(?:api[-_]?keys?|access[-_]?tokens?|auth[-_]?tokens?)(?:\.(?:json|ya?ml|txt|ini))?",
    r"[._]netrc|\.npmrc|\.yarnrc\.yml|\.pypirc|\.pgpass|\.my\.cnf|\.mylogin\.cnf|\.git-credentials|\.dockercfg",
    r"\.(?:boto|s3cfg|rclone\.conf|passwd-s3fs|vault[-_]?(?:pass|password|token)(?:\.txt)?|terraformrc)",
    r"\.?vault[-_]?pass(?:word)?(?:\.txt)?",
    r"kubeconfig(?:\.ya?ml)?|.+\.kubeconfig",
    r".+\.tfstate(?:\.backup|\.[\d.]+\.backup)?|.+\.tfvars(?:\.json)?",
    r"local\.settings\.json|rclone\.conf|master\.key|sftp-config\.json|\.remote-sync\.json|dbeaver-data-sources\.xml",
    r"\.(?:bash|zsh|sh|python|node_repl|psql|mysql|sqlite|redis\w*|irb|pry)_?history",
)
# Matched against the end of the whole path.
_PATHS = (
    r"(?:^|/)\.(?:aws|azure|gcloud|kube|docker|oci|databricks)/(?:config(?:\.json)?|credentials.*|.*token.*\.json)",
    r"(?:^|/)\.(?:ssh|gnupg|password-store)/(?!.*\.pub$|known_hosts$).*",
)
_SENSITIVE = re.compile(
    rf"(?:^|/)(?:{'|'.join(_NAMES)})$|(?:{'|'.join(_PATHS)})$",
)
_PRIVATE_KEY = re.compile(
    rb"\s*-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----|\s*PuTTY-User-Key-File-"
)


def may_hold_secrets(path: str) -> bool:
    return _SENSITIVE.search(path.lower()) is not None


def is_private_key(data: bytes) -> bool:
    """A private key under a name that does not tell: only where the file begins as one."""
    return _PRIVATE_KEY.match(data[:200]) is not None
