from __future__ import annotations

import pytest

from retrieval.secrets import is_private_key, may_hold_secrets

GUARDED = """
.env .env.local .env.production .env_staging deploy/prod.env .ENV .envrc config/.env.test.local
server.pem tls/server.key cert.crt ca.cer root.der client.p12 store.pfx app.jks debug.keystore login.keytab
AuthKey_ABC.p8 putty.ppk vault.kdbx backup.gpg Distribution.mobileprovision office.ovpn strong.snk
id_rsa .ssh/id_ed25519 id_ecdsa_sk id_rsa.old keys/private_key.json signing-key.txt private-key
credentials credentials.json .aws/credentials config/credentials.yml.enc creds.yaml config/master.key
client_secret_123.json service-account.json service_account_prod.json gha-creds-12.json
secrets.yml secrets.yaml secret.json .secrets.toml k8s/secret-db.yaml secrets.prod.json password.txt .htpasswd
api_key.txt auth-token.json .vault-pass vault_password.txt
.netrc _netrc .npmrc .pypirc .pgpass .my.cnf .git-credentials .dockercfg .docker/config.json .kube/config
kubeconfig .s3cfg .boto terraform.tfstate terraform.tfstate.backup prod.tfvars prod.auto.tfvars.json
local.settings.json .bash_history .psql_history .ssh/config .gnupg/trustdb.gpg .azure/accessTokens.json
"""
OPEN = """
.env.example .env.example.sail .env-sample .env.sample .env.template .env.dist env.py environment.yml
.environment docs/env.md id_rsa.pub .ssh/id_ed25519.pub .ssh/known_hosts keys.py keyboard.ts key.go
monkey.py Key.java credentials.py credentials_provider.go secrets.py secret_manager.ts SecretStore.java
password.py passwords.go password_reset.html tokenizer.json token.py tokens.ts vault.py htpasswd.c
passwd.c shadow.css .htaccess aws/config.py config.json docker/config.json kube.py service-account.md
service_account.py api_keys.py auth_token.rb terraform.tf variables.tf example.tfvars settings.json
package.json README.md certificate.py pem.c x509.rs history.md .bashrc .gitignore .coderignore
access_token_controller.rb Dockerfile prod.envoy.yaml
"""


@pytest.mark.parametrize("path", GUARDED.split())
def test_names_of_secrets_are_known(path: str) -> None:
    assert may_hold_secrets(path)
    assert may_hold_secrets(f"some/folder/{path}")


@pytest.mark.parametrize("path", OPEN.split())
def test_source_about_secrets_holds_none(path: str) -> None:
    assert not may_hold_secrets(path)
    assert not may_hold_secrets(f"some/folder/{path}")


@pytest.mark.parametrize(
    "data",
    [
        b"-----BEGIN RSA PRIVATE KEY-----\nMIIE\n",
        b"-----BEGIN PRIVATE KEY-----\n",
        b"\n-----BEGIN OPENSSH PRIVATE KEY-----\n",
        b"-----BEGIN PGP PRIVATE KEY BLOCK-----\n",
        b"PuTTY-User-Key-File-3: ssh-ed25519\n",
    ],
)
def test_a_private_key_is_known_by_how_it_begins(data: bytes) -> None:
    assert is_private_key(data)


@pytest.mark.parametrize(
    "data",
    [
        b"-----BEGIN PUBLIC KEY-----\n",
        b"KEY = '''-----BEGIN RSA PRIVATE KEY-----\n'''\n",
        b"# -----BEGIN PRIVATE KEY----- is how a key begins\n",
        b"",
    ],
)
def test_a_text_that_mentions_a_key_is_none(data: bytes) -> None:
    assert not is_private_key(data)
