"""What a site's backend needs to sign who its visitors are, in four languages: shown on the site's page, and in the manual."""

from typing import NamedTuple


class Snippet(NamedTuple):
    language: str
    text: str


PYTHON = """\
import hashlib, hmac, os, time


def sign_id(customer_id):
    now = int(time.time())
    secret = os.environ["CARILLON_IDENTITY_SECRET"].encode()
    mac = hmac.new(secret, f"v2\\n{now}\\n{customer_id}".encode(), hashlib.sha256).hexdigest()
    return f"v2.{now}.{mac}"
"""
NODE = """\
const { createHmac } = require('node:crypto');

function signId(customerId) {
  const now = Math.floor(Date.now() / 1000);
  const secret = process.env.CARILLON_IDENTITY_SECRET;
  const mac = createHmac('sha256', secret).update(`v2\\n${now}\\n${customerId}`).digest('hex');
  return `v2.${now}.${mac}`;
}
"""
PHP = """\
function sign_id(string $customerId): string {
    $now = time();
    $mac = hash_hmac('sha256', "v2\\n$now\\n$customerId", getenv('CARILLON_IDENTITY_SECRET'));
    return "v2.$now.$mac";
}
"""
RUBY = """\
require "openssl"

def sign_id(customer_id)
  now = Time.now.to_i
  mac = OpenSSL::HMAC.hexdigest("SHA256", ENV.fetch("CARILLON_IDENTITY_SECRET"), "v2\\n#{now}\\n#{customer_id}")
  "v2.#{now}.#{mac}"
end
"""
SNIPPETS = (
    Snippet("Python", PYTHON),
    Snippet("Node", NODE),
    Snippet("PHP", PHP),
    Snippet("Ruby", RUBY),
)
