"""How staff come in: the settings of allauth, and those that an operator may set (docs/staff.md)."""

from datetime import timedelta
from typing import Any

# Wrong passwords and codes are counted in the database (signin.lockout); these few are allauth's own, in the cache.
RATE_LIMITS = {"login_failed": None, "login": "60/m/ip", "signup": None}
VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "signin.passwords.LocalWordsValidator"},
]
ALLAUTH: dict[str, Any] = {
    "ACCOUNT_ADAPTER": "signin.adapter.AccountAdapter",
    "ACCOUNT_LOGIN_METHODS": {"username", "email"},
    "ACCOUNT_SIGNUP_FIELDS": ["username*", "password1*"],
    "ACCOUNT_EMAIL_VERIFICATION": "none",
    "ACCOUNT_FORMS": {
        "login": "signin.forms.PasswordLogInForm",
        "change_password": "signin.forms.ChangeForm",
        "reset_password": "signin.forms.ResetForm",
    },
    "ACCOUNT_RATE_LIMITS": RATE_LIMITS,
    "ACCOUNT_SESSION_REMEMBER": True,
    "ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR": "django.contrib.auth.tokens.PasswordResetTokenGenerator",
    "ACCOUNT_LOGOUT_REDIRECT_URL": "account_login",
    "ACCOUNT_EMAIL_SUBJECT_PREFIX": "",
    "ACCOUNT_EMAIL_NOTIFICATIONS": True,
    "MFA_ADAPTER": "signin.adapter.SecondFactorAdapter",
    "MFA_SUPPORTED_TYPES": ["totp", "webauthn", "recovery_codes"],
    "MFA_FORMS": {
        "authenticate": "signin.forms.CodeForm",
        "reauthenticate": "signin.forms.CodeAgainForm",
        "add_webauthn": "signin.passkey_forms.AddForm",
        "authenticate_webauthn": "signin.passkey_forms.SecondFactorForm",
        "login_webauthn": "signin.passkey_forms.PasskeyForm",
        "reauthenticate_webauthn": "signin.passkey_forms.PasskeyAgainForm",
    },
    "MFA_PASSKEY_LOGIN_ENABLED": True,
    # Phones' clocks are off by some seconds: the codes before and after are right, too.
    "MFA_TOTP_TOLERANCE": 1,
    # Staff's addresses come from administrators and invitations.
    "MFA_ALLOW_UNVERIFIED_EMAIL": True,
    "MFA_RECOVERY_CODES_SHOW_ONCE": True,
    "MFA_RECOVERY_CODE_DIGITS": 10,
    "SOCIALACCOUNT_ADAPTER": "signin.company.CompanyAdapter",
    "SOCIALACCOUNT_OPENID_CONNECT_URL_PREFIX": "",
    "SOCIALACCOUNT_EMAIL_VERIFICATION": "none",
    "PASSWORD_RESET_TIMEOUT": int(timedelta(hours=1).total_seconds()),
}


def read_company_log_in(*, issuer: str, client_id: str, secret: str, name: str) -> dict[str, Any]:
    """SOCIALACCOUNT_PROVIDERS for a company's log-in; none without an issuer."""
    if not issuer:
        return {}
    app = {
        "provider_id": "oidc",
        "name": name,
        "client_id": client_id,
        "secret": secret,
        "settings": {"server_url": issuer.rstrip("/"), "oauth_pkce_enabled": True},
    }
    return {"openid_connect": {"APPS": [app]}}
