"""What the sixty gold edits mean, told once more in plain Python: each function goes through the rows, one by one, and
changes what its prompt asks for. No SQL, no frames: lists of dicts."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Row = dict[str, Any]
Tables = dict[str, list[Row]]
Chosen = Callable[[str, int], list[Row]]  # the rows of a table that synth_percent(n) speaks of
Meaning = Callable[[Tables, Chosen], None]
DRAWN = object()  # whatever the generator gives
MEANS: dict[str, Meaning] = {}
_CENT = Decimal("0.01")


def means(prompt: str) -> Callable[[Meaning], Meaning]:
    def keep(function: Meaning) -> Meaning:
        assert prompt not in MEANS
        MEANS[prompt] = function
        return function

    return keep


def cents(value: Decimal) -> Decimal:
    return value.quantize(_CENT, ROUND_HALF_UP)


def later(moment: Any, *, years: int = 0, months: int = 0) -> Any:
    """A day that the month lacks becomes its last one."""
    if moment is None:
        return None
    count = moment.year * 12 + moment.month - 1 + 12 * years + months
    for day in range(moment.day, 0, -1):
        try:
            return moment.replace(year=count // 12, month=count % 12 + 1, day=day)
        except ValueError:
            continue
    raise AssertionError


def remove(rows: list[Row], gone: Callable[[Row], bool]) -> None:
    rows[:] = [row for row in rows if not gone(row)]


def add(rows: list[Row], count: int) -> None:
    rows += [dict.fromkeys(rows[0], DRAWN) for _ in range(count)]


# --- a shop, PostgreSQL


@means("all orders that are paid are shipped now")
def _(shop: Tables, chosen: Chosen) -> None:
    for order in shop["orders"]:
        if order["status"] == "paid":
            order["status"] = "shipped"


@means("raise the price of bikes by 10 percent")
def _(shop: Tables, chosen: Chosen) -> None:
    for product in shop["products"]:
        if product["category"] == "bikes":
            product["price"] = cents(product["price"] * Decimal("1.1"))


@means("nobody gets the newsletter any more")
def _(shop: Tables, chosen: Chosen) -> None:
    for customer in shop["customers"]:
        customer["newsletter"] = False


@means("women are subscribed to the newsletter")
def _(shop: Tables, chosen: Chosen) -> None:
    for customer in shop["customers"]:
        if customer["gender"] == "F":
            customer["newsletter"] = True


@means("forget the phone numbers of customers born before 1970")
def _(shop: Tables, chosen: Chosen) -> None:
    for customer in shop["customers"]:
        if customer["birth_date"].year < 1970:
            customer["phone"] = None


@means("move the orders of 2024 one year later")
def _(shop: Tables, chosen: Chosen) -> None:
    for order in shop["orders"]:
        if order["ordered_at"].year == 2024:
            order["ordered_at"] = later(order["ordered_at"], years=1)
            order["shipped_at"] = later(order["shipped_at"], years=1)


@means("delete returned orders with everything that is in them")
def _(shop: Tables, chosen: Chosen) -> None:
    returned = [order["id"] for order in shop["orders"] if order["status"] == "returned"]
    remove(shop["order_lines"], lambda line: line["order_id"] in returned)
    remove(shop["orders"], lambda order: order["id"] in returned)


@means("add 30 customers")
def _(shop: Tables, chosen: Chosen) -> None:
    add(shop["customers"], 30)


@means("women get new email addresses")
def _(shop: Tables, chosen: Chosen) -> None:
    for customer in shop["customers"]:
        if customer["gender"] == "F":
            customer["email"] = DRAWN


@means("make 10% of the customers live in Berlin, Germany")
def _(shop: Tables, chosen: Chosen) -> None:
    for customer in chosen("customers", 10):
        customer["city"], customer["country_code"] = "Berlin", "DE"


@means("helmets that cost less than 60 are out of stock")
def _(shop: Tables, chosen: Chosen) -> None:
    for product in shop["products"]:
        if product["category"] == "helmets" and product["price"] < 60:
            product["stock"] = 0


@means("orders without a channel came through the web")
def _(shop: Tables, chosen: Chosen) -> None:
    for order in shop["orders"]:
        if order["channel"] is None:
            order["channel"] = "web"


@means("clear the notes of orders over 100")
def _(shop: Tables, chosen: Chosen) -> None:
    for order in shop["orders"]:
        if order["total"] > 100:
            order["note"] = None


@means("nobody orders more than three of anything")
def _(shop: Tables, chosen: Chosen) -> None:
    for line in shop["order_lines"]:
        line["quantity"] = min(line["quantity"], 3)


@means("remove the products that nobody ever bought")
def _(shop: Tables, chosen: Chosen) -> None:
    bought = {line["product_id"] for line in shop["order_lines"]}
    remove(shop["products"], lambda product: product["id"] not in bought)


@means("lights and tyres weigh half as much")
def _(shop: Tables, chosen: Chosen) -> None:
    for product in shop["products"]:
        if product["category"] in ("lights", "tyres") and product["weight_kg"] is not None:
            product["weight_kg"] = cents(product["weight_kg"] / 2)


@means("customers who ordered in a December get the newsletter")
def _(shop: Tables, chosen: Chosen) -> None:
    festive = {order["customer_id"] for order in shop["orders"] if order["ordered_at"].month == 12}
    for customer in shop["customers"]:
        if customer["id"] in festive:
            customer["newsletter"] = True


@means("write the last names of customers in capitals")
def _(shop: Tables, chosen: Chosen) -> None:
    for customer in shop["customers"]:
        customer["last_name"] = "".join(letter.upper() if letter != "ß" else "ß" for letter in customer["last_name"])


@means("new orders of 50 or more are paid; those that are still new get the note small")
def _(shop: Tables, chosen: Chosen) -> None:
    for order in shop["orders"]:
        if order["status"] == "new":
            if order["total"] >= 50:
                order["status"] = "paid"
            else:
                order["note"] = "small"


@means("bikes and whatever costs more than 300 are discontinued on the first of March 2026")
def _(shop: Tables, chosen: Chosen) -> None:
    for product in shop["products"]:
        if product["category"] == "bikes" or product["price"] > 300:
            product["discontinued_at"] = datetime.date(2026, 3, 1)


# --- a film rental, MySQL: texts are equal whatever their case


@means("customers who are not active lose their email address")
def _(rental: Tables, chosen: Chosen) -> None:
    for customer in rental["customer"]:
        if not customer["active"]:
            customer["email"] = None


@means("films rated R or NC-17 may be kept for two days")
def _(rental: Tables, chosen: Chosen) -> None:
    for film in rental["film"]:
        if film["rating"] in ("R", "NC-17"):
            film["rental_duration"] = 2


@means("films longer than two hours cost one more to rent, but for those at 90 and above")
def _(rental: Tables, chosen: Chosen) -> None:
    for film in rental["film"]:
        if film["length"] is not None and film["length"] > 120 and film["rental_rate"] < 90:
            film["rental_rate"] += 1


@means("films without a rating get the usual one")
def _(rental: Tables, chosen: Chosen) -> None:
    for film in rental["film"]:
        film["rating"] = film["rating"] or "G"


@means("films whose titles begin with The S have no description")
def _(rental: Tables, chosen: Chosen) -> None:
    for film in rental["film"]:
        if film["title"].lower().startswith("the s"):
            film["description"] = None


@means("everything that is still out was brought back on the second of January 2026 at 10")
def _(rental: Tables, chosen: Chosen) -> None:
    for one in rental["rental"]:
        one["return_date"] = one["return_date"] or datetime.datetime(2026, 1, 2, 10)


@means("halve the payments of more than 50")
def _(rental: Tables, chosen: Chosen) -> None:
    for payment in rental["payment"]:
        if payment["amount"] > 50:
            payment["amount"] = cents(payment["amount"] / 2)


@means("delete the payments of 2024")
def _(rental: Tables, chosen: Chosen) -> None:
    remove(rental["payment"], lambda payment: payment["payment_date"].year == 2024)


@means("25 more rentals")
def _(rental: Tables, chosen: Chosen) -> None:
    add(rental["rental"], 25)


@means("copies of films rated G stand on shelf A1")
def _(rental: Tables, chosen: Chosen) -> None:
    harmless = {film["film_id"] for film in rental["film"] if film["rating"] == "G"}
    for copy in rental["inventory"]:
        if copy["film_id"] in harmless:
            copy["shelf"] = "A1"


@means("customers who never rented anything are not active")
def _(rental: Tables, chosen: Chosen) -> None:
    rented = {one["customer_id"] for one in rental["rental"]}
    for customer in rental["customer"]:
        if customer["customer_id"] not in rented:
            customer["active"] = False


@means("give the customers Japanese last names")
def _(rental: Tables, chosen: Chosen) -> None:
    for customer in rental["customer"]:
        customer["last_name"] = DRAWN


@means("a fifth of the copies is on no shelf")
def _(rental: Tables, chosen: Chosen) -> None:
    for copy in chosen("inventory", 20):
        copy["shelf"] = None


@means("Spanish is called Castilian")
def _(rental: Tables, chosen: Chosen) -> None:
    for language in rental["language"]:
        if language["name"].lower() == "spanish":
            language["name"] = "Castilian"


@means("what is out since spring 2025 went out a month later")
def _(rental: Tables, chosen: Chosen) -> None:
    for one in rental["rental"]:
        out = one["rental_date"]
        if out.year == 2025 and out.month in (3, 4, 5) and one["return_date"] is None:
            one["rental_date"] = later(out, months=1)


@means("remove the films of which there is no copy")
def _(rental: Tables, chosen: Chosen) -> None:
    there = {copy["film_id"] for copy in rental["inventory"]}
    remove(rental["film"], lambda film: film["film_id"] not in there)


@means("customers who are not active have paid nothing")
def _(rental: Tables, chosen: Chosen) -> None:
    resting = {customer["customer_id"] for customer in rental["customer"] if not customer["active"]}
    for payment in rental["payment"]:
        if payment["customer_id"] in resting:
            payment["amount"] = Decimal(0)


@means("put (restored) behind the titles of films before 2000")
def _(rental: Tables, chosen: Chosen) -> None:
    for film in rental["film"]:
        if film["release_year"] is not None and film["release_year"] < 2000:
            film["title"] += " (restored)"


@means("to replace a film costs at least 20 and at most 100")
def _(rental: Tables, chosen: Chosen) -> None:
    for film in rental["film"]:
        film["replacement_cost"] = min(max(film["replacement_cost"], Decimal(20)), Decimal(100))


@means("delete the payments without a rental, then the rentals that are still out and not paid")
def _(rental: Tables, chosen: Chosen) -> None:
    remove(rental["payment"], lambda payment: payment["rental_id"] is None)
    paid = {payment["rental_id"] for payment in rental["payment"]}
    remove(rental["rental"], lambda one: one["return_date"] is None and one["rental_id"] not in paid)


# --- a school, SQLite


@means("music teachers give two hours more, up to 40")
def _(school: Tables, chosen: Chosen) -> None:
    for teacher in school["teachers"]:
        if teacher["subject"] == "music" and teacher["hours"] + 2 <= 40:
            teacher["hours"] += 2


@means("every class moves up a grade, but for the thirteenth")
def _(school: Tables, chosen: Chosen) -> None:
    for one in school["classes"]:
        one["grade"] = min(one["grade"] + 1, 13)


@means("students who do not take the bus have no phone on file")
def _(school: Tables, chosen: Chosen) -> None:
    for student in school["students"]:
        if student["takes_bus"] == 0:
            student["phone"] = None


@means("who was absent has no mark")
def _(school: Tables, chosen: Chosen) -> None:
    for result in school["results"]:
        if result["absent"] == 1:
            result["mark"] = None


@means("results without a mark count as absent")
def _(school: Tables, chosen: Chosen) -> None:
    for result in school["results"]:
        if result["mark"] is None:
            result["absent"] = 1


@means("no mark is worse than a 4")
def _(school: Tables, chosen: Chosen) -> None:
    for result in school["results"]:
        if result["mark"] is not None:
            result["mark"] = min(result["mark"], 4)


@means("physics exams were held a week later")
def _(school: Tables, chosen: Chosen) -> None:
    for exam in school["exams"]:
        if exam["subject"] == "physics":
            exam["held_on"] += datetime.timedelta(days=7)


@means("delete the results of the history exams")
def _(school: Tables, chosen: Chosen) -> None:
    history = {exam["id"] for exam in school["exams"] if exam["subject"] == "history"}
    remove(school["results"], lambda result: result["exam_id"] in history)


@means("add 40 students")
def _(school: Tables, chosen: Chosen) -> None:
    add(school["students"], 40)


@means("no exam has a room yet")
def _(school: Tables, chosen: Chosen) -> None:
    for exam in school["exams"]:
        exam["room"] = None


@means("double the points of the students who got a 1")
def _(school: Tables, chosen: Chosen) -> None:
    best = {result["student_id"] for result in school["results"] if result["mark"] == 1}
    for student in school["students"]:
        if student["id"] in best:
            student["points"] *= 2


@means("students born after 2000 take the bus")
def _(school: Tables, chosen: Chosen) -> None:
    for student in school["students"]:
        if student["born_on"].year > 2000:
            student["takes_bus"] = 1


@means("half of the students get 5 points more")
def _(school: Tables, chosen: Chosen) -> None:
    for student in chosen("students", 50):
        student["points"] += 5


@means("new email addresses for the teachers who were hired in 2024")
def _(school: Tables, chosen: Chosen) -> None:
    for teacher in school["teachers"]:
        if teacher["hired_on"].year == 2024:
            teacher["email"] = DRAWN


@means("remove the exams that nobody wrote")
def _(school: Tables, chosen: Chosen) -> None:
    written = {result["exam_id"] for result in school["results"]}
    remove(school["exams"], lambda exam: exam["id"] not in written)


@means("the classes of math teachers are in room M1")
def _(school: Tables, chosen: Chosen) -> None:
    counting = {teacher["id"] for teacher in school["teachers"] if teacher["subject"] == "math"}
    for one in school["classes"]:
        if one["teacher_id"] in counting:
            one["room"] = "M1"


@means("say team instead of customer in the remarks")
def _(school: Tables, chosen: Chosen) -> None:
    for result in school["results"]:
        if result["remark"] is not None:
            result["remark"] = result["remark"].replace("customer", "team")


@means("teachers with 30 hours and more give five less, then those below 20 give one more")
def _(school: Tables, chosen: Chosen) -> None:
    for teacher in school["teachers"]:
        if teacher["hours"] >= 30:
            teacher["hours"] -= 5
        elif teacher["hours"] < 20:
            teacher["hours"] += 1


@means("students in the classes of music teachers lose their points")
def _(school: Tables, chosen: Chosen) -> None:
    playing = {teacher["id"] for teacher in school["teachers"] if teacher["subject"] == "music"}
    theirs = {one["id"] for one in school["classes"] if one["teacher_id"] in playing}
    for student in school["students"]:
        if student["class_id"] in theirs:
            student["points"] = 0


@means("write first names in small letters")
def _(school: Tables, chosen: Chosen) -> None:
    for student in school["students"]:
        student["first_name"] = "".join(c.lower() if c.isascii() else c for c in student["first_name"])
