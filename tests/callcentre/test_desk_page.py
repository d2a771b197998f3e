"""The operators' page in a real browser."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver

from tests.callcentre.desks import Desk, alarm_message, house
from tests.support.brokers import Broker
from tests.support.browser import NEEDS_BROWSER, Page, browser
from tests.support.processes import run
from tests.support.wait import until

__all__ = ["browser"]  # a fixture

pytestmark = NEEDS_BROWSER


async def test_an_operator_takes_an_alarm_to_its_end(desk: Desk, browser: webdriver.Chrome, tmp_path: Path) -> None:
    cards = tmp_path / "cards.csv"
    cards.write_text("pseudonym,name,address,telephone,note\nr-0001,李秀英,和平里 3 号楼 501,010-1,耳背\n")
    assert run("anju-desk", "residents", "--config", desk.config, "--import", cards).returncode == 0
    message = alarm_message(ago=timedelta(minutes=2))
    card = f"[data-id='{message['id']}']"
    async with desk.running(), house(desk.broker_port) as home:
        page = await Page(browser, desk.port).open(desk.token("王芳"))
        await page.shows("#calm", "没有未处理的报警")
        await home.alarm(message)
        await page.shows(card, "紧急求助")
        for text in ("李秀英", "和平里 3 号楼 501", "卫生间", "2 分", "尚无人接警", "接警"):
            assert text in page.text(card)
        await page.press(f"{card} [data-step=details]")
        await page.shows(f"{card} .details", "耳背")
        for step, state in (("accept", "accepted"), ("dispatch", "dispatched"), ("arrive", "arrived")):
            await page.press(f"{card} .next[data-step={step}]")
            assert (await home.answer(about=message["id"], state=state))["role"] == "operator"
        await page.press(f"{card} .next[data-step=resolve]")
        await page.press(f"{card} [data-result=helped]")
        assert (await home.answer(about=message["id"], state="resolved"))["result"] == "helped"
        await page.shows("#calm", "没有未处理的报警")
        await page.shows("#closed", "已帮助")
        errors = [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]  # type: ignore[no-untyped-call]
        assert errors == []


async def test_two_operators_see_each_other_and_the_language_changes(desk: Desk, browser: webdriver.Chrome) -> None:
    message = alarm_message(type="smoke", priority="fire", room="kitchen")
    card = f"[data-id='{message['id']}']"
    other = desk.token("other")
    async with desk.running(), house(desk.broker_port) as home:
        page = await Page(browser, desk.port).open(desk.token("me"))
        await home.alarm(message)
        await page.shows(card, "烟雾报警")
        assert (await desk.request("POST", f"/api/alarms/{message['id']}/accept", other)).status == 200
        await page.shows(card, "other（值守员） 正在处理")
        assert page.found(f"{card} .next") == []
        await page.press("#language")
        await page.shows(card, "other (operator) has it")
        assert "Smoke" in page.text(card)
        assert browser.execute_script("return document.documentElement.lang") == "en"


async def test_where_a_watch_is_stands_on_its_card(desk: Desk, browser: webdriver.Chrome) -> None:
    place = {"latitude": 39.907333, "longitude": -116.391083, "accuracy_m": 12.4, "age_seconds": 300.0}
    message = alarm_message(device="watch", location=place | {"source": "gnss", "datum": "gcj02"})
    vague = alarm_message(device="phone", location={"latitude": 1, "longitude": 2, "source": "<b>x</b>"})
    async with desk.running(), house(desk.broker_port) as home:
        page = await Page(browser, desk.port).open(desk.token())
        await home.alarm(message)
        await home.alarm(vague)
        card = f"[data-id='{message['id']}'] .location"
        await page.shows(card, "位置 39.907333, -116.391083（WGS-84） · 误差约 12 米 · 报警时已是 5 分 0 秒前的定位")
        assert page.text(card).endswith(" · 卫星定位 · 由 GCJ-02 换算")
        await page.shows(f"[data-id='{vague['id']}'] .location", "误差未知 · 定位时间未知 · <b>x</b>")
        await page.press("#language")
        await page.shows(card, "within about 12 m · fix was 5 min 0 s old at the alarm · by satellite")


async def test_nothing_a_house_says_becomes_part_of_the_page(desk: Desk, browser: webdriver.Chrome) -> None:
    attack = '<img src=x onerror="document.title=1">'
    hostile: dict[str, Any] = {"room": attack, "device": attack, "model": attack, "type": attack}
    event: dict[str, Any] = {"kind": "trouble", "type": attack, "device": attack, "room": attack, "priority": "trouble"}
    async with desk.running("--sign-in-visitors"), house(desk.broker_port) as home:
        await home.birth(problems=[attack], version=attack)
        message = alarm_message(subject=attack, **hostile)
        await home.alarm(message)
        await home.send("event", alarm_message(what="anju.event.trouble", **event))
        page = await Page(browser, desk.port).open()
        card = f"[data-id='{message['id']}']"
        await page.shows(f"{card} .type", attack)
        await page.press(f"{card} [data-step=details]")
        await page.shows(f"{card} .details", attack)
        await page.shows("#homes", attack)
        for selector in (".name", ".room"):
            assert attack in page.text(f"{card} {selector}")
        assert page.found("img") == []


async def test_a_silence_and_a_lost_way_are_told_in_words(desk: Desk, browser: webdriver.Chrome) -> None:
    silence = {
        "verdict": "inactivity", "explanation": "rhythm.inactivity", "since": "2026-03-01T07:12:00.000Z",
        "since_local": "07:12", "silent_minutes": 220, "usual_minutes": 110, "asked": True, "waited_minutes": 12,
    }  # fmt: skip
    still = alarm_message(type="inactivity", room="kitchen", evidence=silence)
    night = alarm_message(
        type="inactivity", evidence={**silence, "verdict": "not_up", "usual_minutes": None, "asked": False}
    )
    gone = alarm_message(
        type="wandering", evidence={"verdict": "geofence_exit", "distance_m": 2335, "radius_m": 500, "fixes": 2}
    )
    async with desk.running("--sign-in-visitors"), house(desk.broker_port) as home:
        await home.send("status", {"state": "online", "session": 1, "protection": {"inactivity": "none"}})
        for message in (still, night, gone):
            await home.alarm(message)
        page = await Page(browser, desk.port).open()
        card = f"[data-id='{still['id']}']"
        await page.shows(card, "长时间无活动")
        assert page.text(f"{card} .finding") == (
            "家中无活动，自 07:12 起，已 3 小时 40 分，此时段平常最长 1 小时 50 分，家中已语音询问，无应答"
        )
        await page.shows(
            f"[data-id='{night['id']}'] .finding", "尚未起床，自 07:12 起，已 3 小时 40 分，没有出声询问，请先致电"
        )
        await page.shows(f"[data-id='{gone['id']}'] .finding", "离开家周围的范围，离家 2335 米，范围 500 米")
        await page.shows("#homes", "无活动监护的住户：1 户")
        await page.press("#language")
        await page.shows(
            card,
            "No movement in the home, since 07:12, for 3 h 40 min, at this hour usually 1 h 50 min at most, "
            "was asked aloud, no answer",
        )
        await page.shows("#homes", "Homes without inactivity protection: 1")


async def test_readings_and_absences_are_told_in_words(desk: Desk, browser: webdriver.Chrome) -> None:
    high = {
        "quantity": "heart_rate",
        "unit": "bpm",
        "readings": [135.0, 140.0, 138.5],
        "beyond": "high",
        "limit": 130.0,
    }
    reading = alarm_message(type="vital_sign", evidence={**high, "in_a_row": 3, "minutes": 10, "repeat_count": 1})
    away = alarm_message(type="out_of_bed", evidence={"limit_minutes": 30, "left_at": "2026-03-01T18:01:00.250Z"})
    odd = alarm_message(type="vital_sign", evidence={"quantity": "aura", "readings": [1], "unit": "<b>x</b>"})
    async with desk.running("--sign-in-visitors"), house(desk.broker_port) as home:
        for message in (reading, away, odd):
            await home.alarm(message)
        page = await Page(browser, desk.port).open()
        card = f"[data-id='{reading['id']}']"
        await page.shows(card, "体征异常")
        assert page.text(f"{card} .finding") == "心率 135 · 140 · 138.5 次/分，高于界限 130，连续 3 次，历时 10 分钟"
        await page.shows(f"[data-id='{away['id']}'] .finding", "已超过 30 分钟")
        await page.shows(f"[data-id='{odd['id']}'] .finding", "aura 1")
        await page.press("#language")
        await page.shows(
            card, "Heart rate 135 · 140 · 138.5 per minute, above the limit of 130, 3 in a row, over 10 min"
        )


FALL = {
    "explanation": "fall.lying_still", "score": 0.987, "peak_g": 5.84, "still_seconds": 16.0, "turned_degrees": 74,
    "window": "due", "repeat_count": 1,
}  # fmt: skip


async def test_a_fall_is_explained_and_a_long_lie_comes_first(desk: Desk, browser: webdriver.Chrome) -> None:
    first, fall = alarm_message(type="fall"), alarm_message(type="fall", evidence=FALL)
    told = {"still_seconds": 290, "turned_degrees": 75, "long_lie_minutes": 5, "repeat_count": 1}
    lies = alarm_message(what="anju.alarm.updated", type="fall", alarm=fall["id"], evidence=told)
    taken_back = {**FALL, "explanation": "fall.said_all_right", "cancelled_by": "button"}
    cancelled = alarm_message(what="anju.alarm.cancelled", type="fall", state="cancelled", evidence=taken_back)
    async with desk.running("--sign-in-visitors"), house(desk.broker_port) as home:
        for message in (first, fall, cancelled):
            await home.alarm(message)
        page = await Page(browser, desk.port).open()
        card = f"[data-id='{fall['id']}']"
        await page.shows(f"{card} .finding", "倒下后躺着不动，静止 16 秒，姿势转过 74°，冲击 5.8 倍重力，可能性 99%")
        await home.alarm(lies)
        await page.shows(f"{card} .finding", "倒地 5 分钟没有动，倒下后躺着不动，静止 4 分 50 秒")
        await until(lambda: page.attributes("li[data-id]", "data-id") == [fall["id"], first["id"]])
        await page.press("#language")
        await page.shows(f"{card} .finding", "On the floor without moving for 5 min, lies still after the fall")
        assert page.found(f"[data-id='{cancelled['id']}']") == [], "filed silently"
        await page.shows("#closed", "Cancelled by the resident")
        (filed,) = [row for row in await desk.alarms(desk.token(), state="closed") if row["id"] == cancelled["id"]]
        assert (filed["condition"], filed["silent"]) == ("cancelled", True)
        assert filed["finding"]["fall"]["explanation"] == "fall.said_all_right"


async def test_a_homes_faults_are_told_in_chinese_and_none_is_hidden_in_silence(
    desk: Desk, browser: webdriver.Chrome
) -> None:
    places = ("route.sms", "local_broker", "rf", "rf2", "rf3", "rf4")
    async with desk.running("--sign-in-visitors"), house(desk.broker_port) as home:
        await home.birth(problems=["the store cannot be written: disk full"])
        for place in places:
            lost: dict[str, Any] = {
                "kind": "trouble",
                "type": "link_lost",
                "device": None,
                "evidence": {"where": place},
            }
            event = alarm_message(what="anju.event.trouble", priority="trouble", **lost | {"room": "living room"})
            await home.send("event", event)
            await home.answer(about=event["id"])
        page = await Page(browser, desk.port).open()
        await page.shows("#homes", "链路中断 · 客厅 · 上报线路 sms")
        await page.shows("#homes", "链路中断 · 客厅 · 家中消息服务器")
        await page.shows("#homes", "还有 2 项")
        await page.shows("#homes", "网关提示（请转告技术人员）：\nthe store cannot be written: disk full")
        await page.press("#language")
        await page.shows("#homes", "link lost · living room · way sms")


async def test_a_faulty_wearable_and_a_blind_fall_watch_are_told_in_words(
    desk: Desk, browser: webdriver.Chrome
) -> None:
    def fault(kind: str, **evidence: Any) -> dict[str, Any]:
        said: dict[str, Any] = {
            "kind": kind,
            "type": "device_fault",
            "device": "band",
            "room": "",
            "evidence": evidence,
        }
        return alarm_message(what=f"anju.event.{kind}", priority="trouble", **said)

    async def say(message: dict[str, Any]) -> None:
        await home.send("event", message)
        await home.answer(about=message["id"])

    async with desk.running("--sign-in-visitors"), house(desk.broker_port) as home:
        await home.birth(protection={"inactivity": "watching", "falls": "faulty"})
        await say(fault("trouble", fault="stuck"))
        await say(fault("trouble", fault="clock_jump"))
        page = await Page(browser, desk.port).open()
        await page.shows("#homes", "设备故障：读数一直不变，可能已损坏 · band")
        assert "设备故障：设备时钟跳变 · band" in page.text("#homes")
        await page.shows("#homes", "现在发现不了跌倒：佩戴的设备有故障")
        await page.shows("#homes", "现在发现不了跌倒的住户：1 户")
        await say(fault("restore", fault="stuck"))
        await home.birth(session=2, protection={"inactivity": "watching"})
        await say(alarm_message(what="anju.event.activity", kind="activity"))
        await page.open()
        await page.shows("#homes", "设备时钟跳变")
        assert "读数一直不变" not in page.text("#homes")
        assert "发现不了跌倒" not in page.text("#homes")
        await home.birth(session=3, protection={"inactivity": "suspended", "until": "2099-01-01T00:00:00.000Z"})
        await page.open()
        await page.shows("#homes", "登记外出的住户：1 户")
        await page.press("#language")
        await page.shows("#homes", "device fault: its clock jumps · band")
        assert page.text("#homes").count("device fault") == 1


async def test_it_says_when_nothing_can_arrive_and_finds_back(
    desk: Desk, browser: webdriver.Chrome, district_broker: Broker
) -> None:
    token = desk.token()
    async with desk.running() as child:
        page = await Page(browser, desk.port).open(token)
        await page.shows("#calm", "线路正常")
        district_broker.stop()
        await page.shows("#broker-lost", "收不到任何报警")
        await page.shows("#calm", "收不到任何报警")
        district_broker.start()
        await until(lambda: page.text("#broker-lost") == "", 30)
        await child.terminate()
        await page.shows("#server-lost", "与服务器断开")
    message = alarm_message()
    async with desk.running(), house(desk.broker_port) as home:
        await home.alarm(message)
        await page.shows(f"[data-id='{message['id']}']", "紧急求助", 30)
        await until(lambda: page.text("#server-lost") == "")


async def test_tests_late_and_unreadable_ones_are_told_apart_by_words(desk: Desk, browser: webdriver.Chrome) -> None:
    test, late = alarm_message(what="anju.test.raised"), alarm_message(ago=timedelta(hours=30))
    async with desk.running("--sign-in-visitors"), house(desk.broker_port) as home:
        await home.alarm(test)
        await home.alarm(late)
        await home.send("alarm", b'{"id": "odd-1", broken')
        await home.answer(about="odd-1")
        page = await Page(browser, desk.port).open()
        await page.shows(f"[data-id='{test['id']}'] .badge", "测试")
        await page.shows(f"[data-id='{late['id']}'] .badge", "迟到")
        await page.shows("[data-id='odd-1']", "无法识别的报警")
        await page.shows("#sound", "声音未开")
        await page.press("#sound")
        await page.shows("#sound", "声音已开")


@pytest.mark.parametrize("width", [390, 1366, 1920])
async def test_the_page_fits_its_screen(desk: Desk, browser: webdriver.Chrome, width: int) -> None:
    metrics = {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": False}
    await asyncio.to_thread(browser.execute_cdp_cmd, "Emulation.setDeviceMetricsOverride", metrics)
    async with desk.running("--sign-in-visitors"), house(desk.broker_port) as home:
        await home.alarm(alarm_message(subject="r" * 64, room="长" * 64))
        page = await Page(browser, desk.port).open()
        await page.shows(".card", "紧急求助")
        # The page draws a card anew with all that comes: for a moment its button is not there.
        script = (
            "const next = document.querySelector('.next'); return next && "
            "[document.documentElement.scrollWidth, innerWidth, next.getBoundingClientRect().height]"
        )
        measured = await until(lambda: browser.execute_script(script), what="a button to take the alarm")
    assert measured[0] <= measured[1] == width
    assert measured[2] >= 44


async def test_a_storm_of_alarms_is_counted_whole_and_the_page_still_answers(
    desk: Desk, browser: webdriver.Chrome
) -> None:
    fire = alarm_message(type="smoke", priority="fire")
    async with desk.running("--sign-in-visitors"), house(desk.broker_port) as home:
        page = await Page(browser, desk.port).open()
        await page.shows("#calm", "没有未处理的报警")
        for message in [alarm_message() for _ in range(400)] + [fire]:
            await home.send("alarm", message)
        await page.shows("#open-count", "401", 40)
        await page.shows("#more", "201")
        await page.press("#queue > li:first-child .next")
        assert (await home.answer(about=fire["id"], state="accepted"))["role"] == "operator"


async def test_visitors_are_signed_in_under_the_loopback_name_only(desk: Desk) -> None:
    async with desk.running("--sign-in-visitors"):
        assert "set-cookie" in (await desk.request("GET", "/")).headers
        foreign = await desk.request("GET", "/", headers={"Host": f"elsewhere.example:{desk.port}"})
        assert "set-cookie" not in foreign.headers
        assert b"<form" in foreign.body


async def test_a_slow_reading_of_the_queue_does_not_hide_an_alarm_that_came_meanwhile(
    desk: Desk, browser: webdriver.Chrome
) -> None:
    first, second = alarm_message(), alarm_message()
    token = desk.token()
    async with desk.running(), house(desk.broker_port) as home:
        page = await Page(browser, desk.port).open(token)
        await home.alarm(first)
        await page.shows(f"[data-id='{first['id']}']", "紧急求助")
        await asyncio.to_thread(
            browser.execute_script,
            "const real = window.fetch; window.held = 0; window.fetch = async (path, options) => {"
            " const answer = await real(path, options);"
            " if (!path.includes('state=open')) return answer;"
            " window.held += 1; await new Promise((go) => { window.release = go; });"
            " return answer; };",
        )
        await desk.request("POST", f"/api/alarms/{first['id']}/resolve", token, {"result": "helped"})
        await until(lambda: browser.execute_script("return window.held") > 0, 15)
        await home.alarm(second)
        await page.shows(f"[data-id='{second['id']}']", "紧急求助")
        await asyncio.to_thread(browser.execute_script, "window.release()")
        await page.shows("#closed", "紧急求助")  # read after the queue, so the slow answer has been taken
        drawn = "const done = arguments[0]; setTimeout(() => requestAnimationFrame(() => done()), 120);"
        await asyncio.to_thread(browser.execute_async_script, drawn)  # the queue is drawn 40 ms after a change
        assert "紧急求助" in page.text(f"[data-id='{second['id']}']")
