# SPDX-License-Identifier: MIT
#
# The rules for passwords: length, then the list, in which a password is also found as a part of a
# longer entry, then the strength level of the host.

import hashlib
import hmac
import secrets
import string

from ._host import HostError, fault, settings

SHORT_LIST = ["yunohost", "admin", "root", "test", "raspberry"]
COMMON = ["password1", "123456789", "qwertyuiop", "iloveyou1", "sunshine1", "1q2w3e4r5t", "superman1"]
LEVELS = {1: (8, 0), 2: (8, 3), 3: (8, 4), 4: (12, 4)}
NEEDS = {
    1: "",
    2: " with a digit, a lower and an upper case letter",
    3: " with a digit, a lower and an upper case letter and another character",
    4: " with a digit, a lower and an upper case letter and another character",
}


def listed(password):
    if password in SHORT_LIST or any(password in entry for entry in COMMON):
        return True
    if not settings["password_list"]:
        return False
    with open(settings["password_list"], encoding="utf-8", errors="replace") as file:
        return any(password in line.rstrip("\n") for line in file)


def classes(password):
    known = (string.digits, string.ascii_lowercase, string.ascii_uppercase)
    found = {next((i for i, kind in enumerate(known) if one in kind), 3) for one in password}
    return found


def check(password):
    if len(password) >= 127:
        raise HostError("A password has to be shorter than 127 characters")
    level = settings["strength"]
    if level < 1:
        return
    if fault("refuse_password") or listed(password):
        raise HostError("This one is among the most used passwords, another one is needed")
    length, wanted = LEVELS[level]
    found = classes(password)
    enough = {0, 1, 2} <= found if wanted == 3 else len(found) >= wanted
    if len(password) < length or not enough:
        raise HostError("The password needs to be at least %d characters%s" % (length, NEEDS[level]))


def digest(password, salt):
    return hashlib.sha512((salt + password).encode("utf-8", "surrogatepass")).hexdigest()


def hashed(password):
    if "\0" in password:
        raise ValueError("embedded null byte")
    salt = secrets.token_hex(8)
    return "{CRYPT}$6$rounds=1$%s$%s" % (salt, digest(password, salt))


def fits(password, stored):
    salt, expected = stored.rsplit("$", 2)[1:]
    return hmac.compare_digest(digest(password, salt), expected)
