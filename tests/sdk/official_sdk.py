"""Runs the official Python SDK, lark-oapi, against the simulated API: another maker's reading of the same documents.

tests/it/sdk.rs starts the simulator and this script, with PREHIRE_SIMULATOR_URL and PREHIRE_TICKET_FILE set.
Everything is asserted on the SDK's own typed models.
"""

import datetime
import os
import unittest
from pathlib import Path

import lark_oapi as lark
from lark_oapi.api.auth.v3 import ResendAppTicketRequest, ResendAppTicketRequestBody
from lark_oapi.api.corehr.v2 import (
    CustomFieldData,
    PersonInfo,
    PreHire,
    PreHireEmploymentInfo,
    PreHireOnboardingInfo,
    QueryPreHireRequest,
    QueryPreHireRequestBody,
    RestoreFlowInstancePreHireRequest,
    RestoreFlowInstancePreHireRequestBody,
    SearchPreHireRequest,
    SearchPreHireRequestBody,
    WithdrawOnboardingPreHireRequest,
    WithdrawOnboardingPreHireRequestBody,
)
from lark_oapi.core.exception import ObtainAccessTokenException
from lark_oapi.core.model.error import Error
from lark_oapi.core.token.manager import TokenManager

URL = os.environ["PREHIRE_SIMULATOR_URL"]
TICKET_FILE = Path(os.environ["PREHIRE_TICKET_FILE"])
PEOPLE = 250
STAGES = {"preboarding", "day_one", "withdrawn", "completed"}
FIELDS = ["person_info", "employment_info", "onboarding_info"]


def client(app_id="cli_sdk", app_type=lark.AppType.SELF):
    builder = lark.Client.builder().app_id(app_id).app_secret("not-a-real-secret")
    return builder.domain(URL).app_type(app_type).timeout(20).log_level(lark.LogLevel.ERROR).build()


CLIENT = client()


def withdraw(pre_hire_id, reason="候选人放弃入职"):
    body = WithdrawOnboardingPreHireRequestBody.builder().pre_hire_id(pre_hire_id).withdraw_reason(reason).build()
    request = WithdrawOnboardingPreHireRequest.builder().request_body(body).build()
    return CLIENT.corehr.v2.pre_hire.withdraw_onboarding(request)


def restore(pre_hire_id, confirm_workforce=None):
    body = RestoreFlowInstancePreHireRequestBody.builder().pre_hire_id(pre_hire_id)
    if confirm_workforce is not None:
        body = body.confirm_workforce(confirm_workforce)
    request = RestoreFlowInstancePreHireRequest.builder().request_body(body.build()).build()
    return CLIENT.corehr.v2.pre_hire.restore_flow_instance(request)


def search(body, page_size=100, page_token=None, option=None, sender=CLIENT):
    request = SearchPreHireRequest.builder().page_size(page_size).request_body(body)
    if page_token is not None:
        request = request.page_token(page_token)
    return sender.corehr.v2.pre_hire.search(request.build(), option)


def search_all(make_body, page_size=100):
    """All items of all pages, and how many pages there were."""
    items, pages, page_token = [], 0, None
    while pages == 0 or page_token:
        response = search(make_body().build(), page_size, page_token)
        assert response.success(), (response.code, response.msg)
        items += response.data.items
        pages += 1
        assert response.data.has_more == bool(response.data.page_token)
        page_token = response.data.page_token
    return items, pages


def query(ids, fields, page_size=10):
    body = QueryPreHireRequestBody.builder().pre_hire_ids(ids).fields(fields).build()
    request = QueryPreHireRequest.builder().page_size(page_size).request_body(body).build()
    return CLIENT.corehr.v2.pre_hire.query(request)


def error_of(response):
    # The SDK leaves the error of a typed response a dictionary; its model reads it.
    return Error(response.error)


def stage_of(pre_hire_id):
    response = query([pre_hire_id], ["onboarding_info.onboarding_status"])
    [item] = response.data.items
    return item.onboarding_info.onboarding_status


class OfficialSdk(unittest.TestCase):
    def assert_refused(self, response, code, status=400):
        self.assertFalse(response.success())
        self.assertEqual((response.code, response.raw.status_code), (code, status))
        self.assertTrue(response.get_log_id())

    def test_a_custom_app_gets_a_token(self):
        token = TokenManager.get_self_tenant_token(CLIENT.config)
        self.assertTrue(token.startswith("t-"))
        with self.assertRaises(ObtainAccessTokenException) as refused:
            TokenManager.get_self_tenant_token(client("cli_wrong_secret").config)
        self.assertEqual(refused.exception.code, 10014)

    def test_withdraw(self):
        response = withdraw("7345005664477775407")
        self.assertTrue(response.success(), response.msg)
        self.assertIs(response.data.success, True)
        self.assertEqual(stage_of("7345005664477775407"), "withdrawn")
        again = withdraw("7345005664477775407")
        self.assert_refused(again, 1161129)
        self.assertEqual(error_of(again).log_id, again.get_log_id())
        self.assertIn("1161129", error_of(again).troubleshooter)

    def test_a_refusal_says_what_is_missing(self):
        response = withdraw("9901999916720000001")
        self.assert_refused(response, 99991672)
        error = error_of(response)
        [violation] = error.permission_violations
        self.assertEqual(violation.subject, "corehr:pre_hire:withdraw_onboarding")
        self.assertIn(violation.subject, error.helps[0].url)
        throttled = withdraw("9901999914000000001")
        self.assert_refused(throttled, 99991400, 429)
        headers = {name.lower(): value for name, value in throttled.raw.headers.items()}
        self.assertEqual(headers["x-ogw-ratelimit-reset"], "1")

    def test_restore(self):
        self.assert_refused(restore("7345005664477775408"), 1161129)
        self.assertTrue(withdraw("7345005664477775408").success())
        response = restore("7345005664477775408")
        self.assertTrue(response.success(), response.msg)
        self.assertIs(response.data.success, True)
        self.assertEqual(stage_of("7345005664477775408"), "preboarding")

    def test_restore_against_a_full_work_force_and_a_work_email_that_clashes(self):
        self.assertTrue(withdraw("9961000000000000001").success())
        self.assert_refused(restore("9961000000000000001"), 1161063)
        self.assert_refused(restore("9961000000000000001", False), 1161063)
        self.assertTrue(restore("9961000000000000001", True).success())
        self.assertTrue(withdraw("9941011611180000001").success())
        self.assert_refused(restore("9941011611180000001", True), 1161118)

    def test_search_page_by_page(self):
        everyone, pages = search_all(lambda: SearchPreHireRequestBody.builder().fields(FIELDS))
        ids = [item.pre_hire_id for item in everyone]
        self.assertEqual(len(ids), len(set(ids)))
        # All but the deleted, who are a twentieth.
        self.assertTrue(0.85 * PEOPLE < len(ids) < PEOPLE)
        self.assertEqual(pages, 3)
        for item in everyone:
            self.assertIsInstance(item, PreHire)
            self.assertRegex(item.pre_hire_id, r"^[1-8][0-9]{18}$")
            self.assertIsInstance(item.person_info, PersonInfo)
            self.assertTrue(item.person_info.preferred_name)
            self.assertIsInstance(item.employment_info, PreHireEmploymentInfo)
            self.assertIsInstance(item.employment_info.custom_fields[0], CustomFieldData)
            self.assertTrue(item.employment_info.department_id)
            self.assertIsInstance(item.onboarding_info, PreHireOnboardingInfo)
            self.assertIn(item.onboarding_info.onboarding_status, STAGES)
            datetime.date.fromisoformat(item.onboarding_info.onboarding_date)
        addresses = [item.employment_info.work_email for item in everyone]
        self.assertTrue(any(addresses) and not all(addresses))
        some, pages = search_all(SearchPreHireRequestBody.builder, page_size=30)
        self.assertEqual([item.pre_hire_id for item in some], ids)
        self.assertIsNone(some[0].onboarding_info)

    def test_search_with_filters_finds_what_is_then_withdrawn(self):
        start, end = "2026-01-01", "2026-12-31"

        def body():
            narrow = SearchPreHireRequestBody.builder().onboarding_status("day_one").fields(FIELDS)
            return narrow.onboarding_date_start(start).onboarding_date_end(end)

        found, _ = search_all(body, page_size=10)
        self.assertTrue(found)
        for item in found:
            self.assertEqual(item.onboarding_info.onboarding_status, "day_one")
            self.assertTrue(start <= item.onboarding_info.onboarding_date <= end)
        gone = found[0].pre_hire_id
        self.assertTrue(withdraw(gone, "原因").success())
        still, _ = search_all(body, page_size=10)
        self.assertNotIn(gone, [item.pre_hire_id for item in still])
        by_id = SearchPreHireRequestBody.builder().pre_hire_ids([gone, "7345005664477775499"]).fields(FIELDS)
        [first, second] = search(by_id.build()).data.items
        self.assertEqual((first.pre_hire_id, second.pre_hire_id), (gone, "7345005664477775499"))
        self.assertEqual(first.onboarding_info.onboarding_status, "withdrawn")
        self.assertEqual(first.onboarding_info.withdrawn_reason, "原因")
        self.assertEqual(second.onboarding_info.onboarding_status, "preboarding")

    def test_search_refuses_what_the_documents_forbid(self):
        self.assert_refused(search(SearchPreHireRequestBody.builder().build(), page_size=101), 99992402)
        half = SearchPreHireRequestBody.builder().onboarding_date_start("2026-01-01").build()
        self.assert_refused(search(half), 1160102)

    def test_query(self):
        ids = [str(7345005664477776000 + count) for count in range(10)]
        response = query(ids, FIELDS)
        self.assertTrue(response.success(), response.msg)
        self.assertEqual([item.pre_hire_id for item in response.data.items], ids)
        self.assertIs(response.data.has_more, False)
        for item in response.data.items:
            self.assertIsInstance(item, PreHire)
            self.assertEqual(item.onboarding_info.onboarding_status, "preboarding")
            self.assertTrue(item.person_info.preferred_name)
        self.assert_refused(query(ids + ["1"], FIELDS), 1161001)
        self.assert_refused(query(ids, FIELDS, page_size=11), 99992402)

    def test_a_store_app_has_its_ticket_resent_and_calls_for_its_tenant(self):
        store = client("cli_store", lark.AppType.ISV)

        def option(tenant_key="tenant_1"):
            ticket = TICKET_FILE.read_text().strip()
            return lark.RequestOption.builder().tenant_key(tenant_key).app_ticket(ticket).build()

        body = SearchPreHireRequestBody.builder().build()
        with self.assertRaises(ObtainAccessTokenException) as stale:
            search(body, option=option(), sender=store)
        self.assertEqual(stale.exception.code, 10012)
        app = ResendAppTicketRequestBody.builder().app_id("cli_store").app_secret("not-a-real-secret").build()
        request = ResendAppTicketRequest.builder().request_body(app).build()
        self.assertTrue(store.auth.v3.app_ticket.resend(request).success())
        response = search(body, option=option(), sender=store)
        self.assertTrue(response.success(), response.msg)
        self.assertEqual(len(response.data.items), 100)
        with self.assertRaises(ObtainAccessTokenException) as unknown:
            search(body, option=option("tenant_unknown"), sender=store)
        self.assertEqual(unknown.exception.code, 99992500)


if __name__ == "__main__":
    unittest.main(verbosity=2)
