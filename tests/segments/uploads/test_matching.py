"""Whom a value means."""

from segments.uploads.matching import Verdict, judge_values
from subscribers.models import Site
from tests.factories import make_site, make_subscriber


def test_a_customer_id_means_one_person_of_this_site(site: Site) -> None:
    ana = make_subscriber(site, external_id="u-1")
    make_subscriber(make_site(), external_id="u-2")

    verdicts = judge_values(site, "external_id", ["u-1", "u-2", "U-1"], takes_all=False)

    assert verdicts["u-1"].people == (ana.pk,)
    assert verdicts["u-2"] == verdicts["U-1"]
    assert verdicts["u-2"].problem == "Nobody on this site has this customer id."


def test_an_address_is_found_however_it_is_written(site: Site) -> None:
    ana = make_subscriber(site, email="Ana@Shop.Example")

    assert judge_values(site, "email", ["aNA@shop.example"], takes_all=False)["aNA@shop.example"].people == (
        ana.pk,
    )


def test_an_address_of_several_people_means_none_or_all_of_them(site: Site) -> None:
    people = tuple(make_subscriber(site, email="family@home.example").pk for _ in range(3))

    none = judge_values(site, "email", ["family@home.example"], takes_all=False)
    all_of_them = judge_values(site, "email", ["family@home.example"], takes_all=True)

    assert none["family@home.example"] == Verdict(
        (), "3 people have this e-mail address, so that nobody was taken.", sharers=3
    )
    assert all_of_them["family@home.example"].people == people


def test_who_turned_out_to_be_somebody_else_is_found_as_that_person(site: Site) -> None:
    person = make_subscriber(site)
    shell = make_subscriber(site, merged_into=person, email="a@x.example")

    assert judge_values(site, "subscriber", [str(shell.pk)], takes_all=False)[str(shell.pk)].people == (
        person.pk,
    )
    assert judge_values(site, "email", ["a@x.example"], takes_all=False)["a@x.example"].people == ()


def test_a_number_of_another_site_means_nobody(site: Site) -> None:
    stranger = str(make_subscriber(make_site()).pk)

    assert judge_values(site, "subscriber", [stranger], takes_all=False)[stranger].problem == (
        "Nobody on this site has this subscriber number."
    )


def test_what_cannot_be_meant_is_said_why(site: Site) -> None:
    def explain(by: str, text: str) -> str:
        return judge_values(site, by, [text], takes_all=False)[text].problem

    assert explain("email", "") == "There is no e-mail address in this row."
    assert explain("email", "ana") == "This is not an e-mail address."
    odd = ["u-1", "0", "-5", "1.5", "²", "9" * 19, "9" * 5000]
    assert {explain("subscriber", text) for text in odd} == {
        "This is not a subscriber number: that is a whole number, like 1204."
    }


def test_nobody_without_a_customer_id_is_found_by_an_empty_one(site: Site) -> None:
    make_subscriber(site, external_id="")

    assert judge_values(site, "external_id", [""], takes_all=True)[""].people == ()
