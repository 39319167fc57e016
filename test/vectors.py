"""Computes every signature of the vectors again, in another language: our own code is not its only judge."""
import base64
import hashlib
import hmac
import json
import sys

checked = 0


def check(name, wanted, got):
    global checked
    checked += 1
    if wanted != got:
        sys.exit(f"{name}: {got} is not {wanted}")


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def mac(secret, message, digest):
    return hmac.new(secret.encode(), message.encode(), digest)


for folder in ("lib/provider/", "emulator/"):
    path = f"{folder}allscale/vectors.json" if folder.startswith("lib") else "emulator/vectors.json"
    for each in load(path)["vectors"]:
        signed = mac(each["api_secret"], each["canonical"], hashlib.sha256).digest()
        check(each["name"], each["signature"], base64.b64encode(signed).decode())
        body = each.get("response_body", each.get("body"))
        body_hash = each.get("response_body_sha256", each.get("body_sha256"))
        check(each["name"], body_hash, hashlib.sha256(body.encode()).hexdigest())
        check(each["name"], body_hash, each["canonical"].split("\n")[-1])

    for kind, each in load(f"{folder}calypso/vectors.json").items():
        if kind != "about":
            check(kind, each["signature"], mac(each["secret"], each["body"], hashlib.sha512).hexdigest())

    koinal = load(f"{folder}koinal/vectors.json")
    each = koinal["request"]
    message = f"{each['merchantCode']}{each['customerReference']}{each['timestamp']}{each['secret']}"
    signature = mac(each["secret"], message, hashlib.sha256).hexdigest()
    check("koinal", each["signature"], signature)
    fields = {
        "merchant_code": each["merchantCode"],
        "customer_reference": each["customerReference"],
        "timestamp": each["timestamp"],
        "signature": signature,
    }
    check("koinal", each["hash"], base64.b64encode(json.dumps(fields, separators=(",", ":")).encode()).decode())
    for kind, each in koinal["callback"].items():
        text = each["body"] + each["secret"]
        keyed = mac(each["secret"], text, hashlib.sha256)
        check(kind, each["signature"], (keyed if kind == "hmac" else hashlib.sha256(text.encode())).hexdigest())

print(f"{checked} values agree")
