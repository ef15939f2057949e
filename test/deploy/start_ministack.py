"""Starts MiniStack, with three things put right that AWS does otherwise when it looks at a function's policies, and one that
fails where it speaks TLS.

Source: "Actions, resources, and condition keys" of Amazon SQS, AWS Systems Manager and Amazon Simple Email Service v2, in the
Service Authorization Reference.
"""

import json
import os
import signal
import threading
import time
from email.utils import parseaddr

from ministack import app
from ministack.core import iam_actions, iam_evaluator
from ministack.core.responses import get_account_id, get_region
from ministack.services import apigateway

# AWS knows no action of its own for a batch: who may send a message may send ten.
SINGLE = {
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
}
plain_action = iam_actions.extract_iam_action


def extract_iam_action(*args, **kwargs):
    action = plain_action(*args, **kwargs)
    return SINGLE.get(action, action)


# Who deletes several parameters needs the right to each. MiniStack asks for the right to everything.
plain_resource = iam_actions.extract_resource_arn
plain_check = iam_evaluator.enforce


def extract_resource_arn(service, method, path, headers, body, query_params, region, account_id):
    names = json.loads(body or b"{}").get("Names") if service == "ssm" else None
    if not names:
        return plain_resource(service, method, path, headers, body, query_params, region, account_id)
    return " ".join(f"arn:aws:ssm:{region}:{account_id}:parameter/{name.lstrip('/')}" for name in names)


def enforce(access_key_id, iam_action, service, region, resource_arn="*", service_context=None):
    arns = resource_arn.split(" ") if service == "ssm" else [resource_arn]
    checked = (plain_check(access_key_id, iam_action, service, region, arn, service_context) for arn in arns)
    return next(filter(None, checked), None)


# A mail is sent with the sender's identity and under a configuration set, and AWS asks for the right to both, telling the
# sender's address as ses:FromAddress. MiniStack asks for the right to everything, and tells nothing.
plain_enforce = app._enforce_ses_v2


def arns_of_mail(mail):
    from ministack.services import ses_v2

    address = parseaddr(mail.get("FromEmailAddress", ""))[1]
    identity = address if address in ses_v2._identities else address.rpartition("@")[2]
    names = [f"identity/{identity}"]
    if mail.get("ConfigurationSetName"):
        names.append(f"configuration-set/{mail['ConfigurationSetName']}")
    return address, [f"arn:aws:ses:{get_region()}:{get_account_id()}:{name}" for name in names]


def enforce_ses_v2(method, path, headers, body, query_params, request_id):
    if (method, path) != ("POST", "/v2/email/outbound-emails"):
        return plain_enforce(method, path, headers, body, query_params, request_id)
    address, arns = arns_of_mail(json.loads(body))
    for arn in arns:
        denied = app._enforce_data_plane(
            "sesv2", "ses:SendEmail", headers, query_params, request_id,
            resource_arn=arn, named_resource=arn, service_context={"ses:FromAddress": address},
        )
        if denied:
            return denied
    return None


# It asks itself for the keys of a user pool, over plain HTTP even where it answers TLS alone.
plain_jwks_url = apigateway._resolve_jwks_url


async def resolve_jwks_url(authorizer):
    url = await plain_jwks_url(authorizer)
    return url and url.replace(f"http://{apigateway._HOST}:{apigateway._PORT}/", f"https://{apigateway._HOST}:{apigateway._PORT}/")


def end_with(parent):
    while os.getppid() == parent:
        time.sleep(1)
    os.killpg(0, signal.SIGKILL)


iam_actions.extract_iam_action = extract_iam_action
iam_actions.extract_resource_arn = extract_resource_arn
iam_evaluator.enforce = enforce
app._enforce_ses_v2 = enforce_ses_v2
apigateway._resolve_jwks_url = resolve_jwks_url

# Whoever started it may be killed without a word: then nothing of it runs on, functions neither.
threading.Thread(target=end_with, args=[os.getppid()], daemon=True).start()
app.main()
