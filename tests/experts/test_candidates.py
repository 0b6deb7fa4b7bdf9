"""Candidates: ranked in the database, shown, left out and brought back, through the addresses of the page."""

import datetime as dt
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from experts import tasks
from experts.models import Candidate, Invitation
from experts.ranking import Inputs, assess
from experts.services.ranking import rank_candidates, stores_to_rank
from stores.models import AuditEvent, Customer, Import, Review, Store
from stores.models.facts import OrderStatus
from stores.models.imports import ImportState
from stores.scope import store_scope
from tests.cast import Cast
from tests.experts.people import make_customer, make_order, make_product, make_regular, refund

HIDDEN = uuid.UUID(int=7)


def page_of(store: Store, **query: str) -> str:
    return reverse("store_candidates", kwargs={"slug": store.slug}, query=query)


def step(name: str, store: Store, candidate_id: uuid.UUID) -> str:
    return reverse(f"store_candidate_{name}", kwargs={"slug": store.slug, "candidate_id": candidate_id})


def candidate_of(store: Store, customer: Customer) -> Candidate:
    with store_scope(store.pk):
        return Candidate.objects.select_related("customer").get(customer=customer)


def verbs(store: Store) -> list[str]:
    with store_scope(store.pk):
        return list(AuditEvent.objects.filter(verb__startswith="candidate").values_list("verb", flat=True))


@pytest.fixture
def ada(cast: Cast) -> Candidate:
    """A customer of store A who bought three things on five days, ranked; casual customers stand below her."""
    store, now = cast.store_a, cast.now
    with store_scope(store.pk):
        products = [make_product(store, "Tent", "Outdoor"), make_product(store, "Stove", "Outdoor")]
        products.append(make_product(store, "Beans", "Coffee"))
        customer = make_regular(store, "Ada Moser", products, days=5, now=now)
        Review.objects.create(
            store=store,
            external_id=str(uuid.uuid4()),
            product=products[0],
            customer=customer,
            rating=5,
            body="Dry for a week.",
            helpful_votes=3,
            written_at=now,
        )
        for number in range(3):
            make_regular(store, f"Casual {number}", products[:1], days=2, now=now)
        rank_candidates(store=store, now=now)
    return candidate_of(store, customer)


class TestRanking:
    def test_facts_are_net_of_refunds_tests_and_unpaid_orders(self, cast: Cast) -> None:
        store, now = cast.store_a, cast.now
        with store_scope(store.pk):
            tent, beans = make_product(store, "Tent", "Outdoor"), make_product(store, "Beans", "Coffee")
            customer = make_regular(store, "Ada Moser", [tent], days=3, now=now)
            returned = make_order(customer, [beans], at=now - dt.timedelta(days=2), amount_minor=9_000)
            refund(returned, at=now)
            make_order(customer, [beans], at=now, status=OrderStatus.CANCELLED)
            make_order(customer, [beans], at=now, status=OrderStatus.PENDING)
            make_order(customer, [beans], at=now, is_test=True)
            rank_candidates(store=store, now=now)

        facts = candidate_of(store, customer).inputs["facts"]
        assert {name: facts[name] for name in ("orders", "bought_days", "kept_days", "products", "categories")} == {
            "orders": 4,
            "bought_days": 4,
            "kept_days": 3,
            "products": 1,
            "categories": 1,
        }
        assert (facts["gross_minor"], facts["net_minor"]) == (16_500, 7_500)

    def test_days_are_those_of_the_store(self, cast: Cast) -> None:
        store = cast.store_a
        with store_scope(store.pk):
            Store.objects.filter(pk=store.pk).update(timezone="Asia/Tokyo")
            store.refresh_from_db()
            tent = make_product(store, "Tent")
            customer = make_customer(store, "Ada Moser")
            for hour in (14, 16):
                make_order(customer, [tent], at=dt.datetime(2026, 3, 1, hour, tzinfo=dt.UTC))
            rank_candidates(store=store, now=cast.now)

        assert candidate_of(store, customer).inputs["facts"]["kept_days"] == 2

    def test_a_stored_decision_follows_from_its_stored_inputs(self, cast: Cast, ada: Candidate) -> None:
        with store_scope(cast.store_a.pk):
            stored = list(Candidate.objects.all())

        assert len(stored) == 6
        for candidate in stored:
            again = assess(Inputs.from_json(candidate.inputs))
            assert (again.score, again.set_apart) == (candidate.score, candidate.set_apart)
            for remarks, kept in ((again.reasons, candidate.reasons), (again.concerns, candidate.concerns)):
                assert [(one.code, one.text, one.weight) for one in remarks] == [
                    (one["code"], one["text"], one["weight"]) for one in kept
                ]

    def test_ranking_twice_changes_nothing_and_keeps_who_is_left_out(self, cast: Cast, ada: Candidate) -> None:
        later = cast.now + dt.timedelta(minutes=1)
        with store_scope(cast.store_a.pk):
            Candidate.objects.filter(pk=ada.pk).update(excluded_at=cast.now)
            before = {one.pk: (one.position, one.score, one.reasons, one.inputs) for one in Candidate.objects.all()}
            listed = rank_candidates(store=cast.store_a, now=later)
            after = {one.pk: (one.position, one.score, one.reasons, one.inputs) for one in Candidate.objects.all()}

        assert listed == 4
        assert after == before
        assert candidate_of(cast.store_a, ada.customer).excluded_at == cast.now
        assert candidate_of(cast.store_a, ada.customer).ranked_at == later

    def test_experts_are_set_apart_by_their_customer_and_by_their_address(self, cast: Cast) -> None:
        store, now = cast.store_a, cast.now
        with store_scope(store.pk):
            tent = make_product(store, "Tent")
            second = make_regular(store, "Erik Elsewhere", [tent], days=4, now=now)
            Customer.objects.filter(pk=second.pk).update(email=cast.erik_user.email.upper())
            rank_candidates(store=store, now=now)

        for customer in (second, cast.erik.customer):
            assert customer is not None
            assert candidate_of(store, customer).set_apart == "Is an expert already"

    def test_the_sweep_ranks_after_an_import_and_then_rests(self, cast: Cast) -> None:
        store = cast.store_a
        with store_scope(store.pk):
            make_regular(store, "Ada Moser", [make_product(store, "Tent")], days=3, now=cast.now)
            Import.objects.create(
                store=store,
                uploaded_by=cast.maya,
                filename="orders.csv",
                stored_as="none",
                size_bytes=1,
                state=ImportState.DONE,
                finished_at=cast.now,
            )
        assert store.pk in stores_to_rank(now=cast.now)
        assert cast.store_b.pk not in stores_to_rank(now=cast.now)

        tasks.rank(str(store.pk))

        with store_scope(store.pk):
            assert Candidate.objects.filter(set_apart="").count() == 1
        assert store.pk not in stores_to_rank(now=cast.now)
        assert store.pk in stores_to_rank(now=cast.now + dt.timedelta(days=8))

    def test_the_sweep_opens_each_store_for_itself(self, cast: Cast) -> None:
        for store, user in ((cast.store_a, cast.maya), (cast.store_b, cast.omar)):
            with store_scope(store.pk):
                make_regular(store, "Ada Moser", [make_product(store, "Tent")], days=3, now=cast.now)
                Import.objects.create(
                    store=store,
                    uploaded_by=user,
                    filename="orders.csv",
                    stored_as="none",
                    size_bytes=1,
                    state=ImportState.DONE,
                    finished_at=cast.now,
                )

        tasks.sweep_rankings()

        for store in (cast.store_a, cast.store_b):
            with store_scope(store.pk):
                assert Candidate.objects.filter(set_apart="").count() == 1


class TestPage:
    def test_says_why_in_sentences(self, cast: Cast, ada: Candidate, maya: Client) -> None:
        response = maya.get(page_of(cast.store_a))

        assert response.status_code == 200
        for sentence in (
            "Ada Moser",
            "Italy",
            "Bought on 5 days over 4 weeks, last 7 days ago",
            "3 different products in 2 categories",
            "Wrote 1 review that 3 people found helpful",
            "€375.00",
            "rules version 1",
        ):
            assert sentence in response.text

    def test_shows_nobody_of_another_store(self, cast: Cast, ada: Candidate, omar: Client) -> None:
        assert omar.get(page_of(cast.store_a)).status_code == 404
        assert "Ada Moser" not in omar.get(page_of(cast.store_b)).text

    def test_experts_and_strangers_find_nothing(self, cast: Cast, ada: Candidate, erik: Client) -> None:
        assert erik.get(page_of(cast.store_a)).status_code == 404
        assert cast.client_of(None).get(page_of(cast.store_a)).status_code == 302

    def test_an_empty_store_is_pointed_to_imports(self, cast: Cast, omar: Client) -> None:
        response = omar.get(page_of(cast.store_b))

        assert "No candidates yet" in response.text
        assert reverse("store_imports", kwargs={"slug": cast.store_b.slug}) in response.text

    def test_customers_who_were_never_ranked_can_be_ranked_here(self, cast: Cast, maya: Client) -> None:
        response = maya.get(page_of(cast.store_a))

        assert "Not ranked yet" in response.text
        assert reverse("store_candidates_rank", kwargs={"slug": cast.store_a.slug}) in response.text

    def test_each_person_is_in_one_tab(self, cast: Cast, ada: Candidate, maya: Client) -> None:
        store = cast.store_a
        with store_scope(store.pk):
            casual = Candidate.objects.get(customer__name="Casual 0")
            Candidate.objects.filter(customer__name="Casual 1").update(excluded_at=cast.now)
            Invitation.objects.create(
                store=store,
                customer=casual.customer,
                terms=cast.terms,
                email=casual.customer.email,
                token_hash="x",
                invited_by=cast.maya,
                created_at=cast.now,
                expires_at=cast.now + dt.timedelta(days=14),
            )

        found = {
            tab: {
                name
                for name in ("Ada Moser", "Casual 0", "Casual 1", "Casual 2", "Erik", "Nora")
                if f">{name}<" in text
            }
            for tab in ("suggested", "invited", "apart", "excluded")
            if (text := maya.get(page_of(store, tab=tab)).text)
        }

        assert found == {
            "suggested": {"Ada Moser", "Casual 2"},
            "invited": {"Casual 0"},
            "apart": {"Erik", "Nora"},
            "excluded": {"Casual 1"},
        }

    def test_a_page_holds_its_own_rows_only(self, cast: Cast, maya: Client) -> None:
        store = cast.store_a
        with store_scope(store.pk):
            tent = make_product(store, "Tent")
            for number in range(30):
                make_regular(store, f"Person {number}", [tent], days=2, now=cast.now)
            rank_candidates(store=store, now=cast.now)

        first, second = maya.get(page_of(store)), maya.get(page_of(store, page="2"))

        assert first.text.count("Leave out Person") == 25
        assert second.text.count("Leave out Person") == 5
        assert "1 to 25 of 30 people" in first.text

    @pytest.mark.parametrize("query", [{"tab": "nonsense"}, {"page": "nonsense"}, {"page": "99999"}])
    def test_odd_addresses_show_the_list(self, cast: Cast, ada: Candidate, maya: Client, query: dict[str, str]) -> None:
        assert "Ada Moser" in maya.get(page_of(cast.store_a, **query)).text

    def test_who_has_no_address_cannot_be_invited(self, cast: Cast, maya: Client) -> None:
        store = cast.store_a
        with store_scope(store.pk):
            tent = make_product(store, "Tent")
            customer = make_customer(store, "Ida Roth", email="")
            for day in (3, 9):
                make_order(customer, [tent], at=cast.now - dt.timedelta(days=day))
            rank_candidates(store=store, now=cast.now)

        response = maya.get(page_of(store))

        assert "No e-mail address: cannot be invited" in response.text
        assert "Invite Ida Roth" not in response.text
        assert "Leave out Ida Roth" in response.text


class TestSteps:
    def test_leaving_out_and_undoing_it(self, cast: Cast, ada: Candidate, maya: Client) -> None:
        store = cast.store_a
        answer = maya.post(step("exclude", store, ada.pk), {"tab": "suggested", "page": "1"}, follow=True)

        assert answer.redirect_chain == [(page_of(store, tab="suggested", page="1"), 302)]
        assert "Ada Moser is left out of the suggestions." in answer.text
        assert f'action="{step("include", store, ada.pk)}"' in answer.text
        assert candidate_of(store, ada.customer).excluded_at is not None

        answer = maya.post(step("include", store, ada.pk), {"tab": "excluded"}, follow=True)

        assert "Ada Moser is no longer left out." in answer.text
        assert candidate_of(store, ada.customer).excluded_at is None
        assert verbs(store) == ["candidate.excluded", "candidate.included"]

    def test_a_second_click_changes_nothing(self, cast: Cast, ada: Candidate, maya: Client) -> None:
        for _ in range(2):
            assert maya.post(step("exclude", cast.store_a, ada.pk)).status_code == 302

        assert verbs(cast.store_a) == ["candidate.excluded"]

    def test_managers_act_and_analysts_only_look(self, cast: Cast, ada: Candidate) -> None:
        store = cast.store_a
        analyst, manager = cast.client_of(cast.analyst), cast.client_of(cast.manager)
        rank_url = reverse("store_candidates_rank", kwargs={"slug": store.slug})

        text = analyst.get(page_of(store)).text
        assert "Ada Moser" in text
        assert "Leave out" not in text.replace("Left out", "")
        assert "Rank again" not in text
        for address in (step("exclude", store, ada.pk), step("include", store, ada.pk), rank_url):
            assert analyst.post(address).status_code == 403
        assert candidate_of(store, ada.customer).excluded_at is None
        assert verbs(store) == []

        assert manager.post(step("exclude", store, ada.pk)).status_code == 302
        assert candidate_of(store, ada.customer).excluded_at is not None

    @pytest.mark.parametrize("name", ["exclude", "include"])
    def test_a_foreign_candidate_is_missing(self, cast: Cast, ada: Candidate, omar: Client, name: str) -> None:
        foreign = omar.post(step(name, cast.store_b, ada.pk))
        missing = omar.post(step(name, cast.store_b, HIDDEN))

        assert foreign.status_code == missing.status_code == 404
        assert foreign.content == missing.content
        assert candidate_of(cast.store_a, ada.customer).excluded_at is None

    def test_rank_again_ranks_in_the_background(self, cast: Cast, ada: Candidate, maya: Client) -> None:
        store = cast.store_a
        with store_scope(store.pk):
            make_regular(store, "Nina New", [make_product(store, "Tent")], days=9, now=cast.now)

        answer = maya.post(reverse("store_candidates_rank", kwargs={"slug": store.slug}), follow=True)

        assert "Your customers are being ranked anew." in answer.text
        assert "Nina New" in answer.text
        assert verbs(store) == ["candidates.ranked"]

    @pytest.mark.parametrize("name", ["exclude", "include"])
    def test_looking_changes_nothing(self, cast: Cast, ada: Candidate, maya: Client, name: str) -> None:
        assert maya.get(step(name, cast.store_a, ada.pk)).status_code == 405
