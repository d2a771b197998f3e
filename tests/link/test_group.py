"""A group that ends because of an error, and is cancelled at that very moment."""

import asyncio

import pytest

from drivers.link.group import Group


async def test_a_cancellation_that_comes_while_an_error_ends_the_group_is_kept() -> None:
    ending = asyncio.Event()

    async def slow_to_end() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ending.set()
            await asyncio.sleep(0)

    async def reopen_for_ever() -> None:
        while True:
            try:
                async with Group() as group:
                    group.create_task(slow_to_end())
                    await asyncio.sleep(0)
                    raise ConnectionError
            except* ConnectionError:
                await asyncio.Event().wait()

    task = asyncio.create_task(reopen_for_ever())
    await ending.wait()
    task.cancel()
    done, _ = await asyncio.wait([task], timeout=5)
    assert done, "the cancellation was forgotten"
    assert task.cancelled()


async def test_without_a_cancellation_the_errors_leave_the_group() -> None:
    async def fail() -> None:
        raise ConnectionError

    with pytest.raises(BaseExceptionGroup) as caught:
        async with Group() as group:
            group.create_task(fail())
    assert caught.value.subgroup(ConnectionError)
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0, "what the group did to its own task is taken back"


async def test_a_cancellation_alone_is_one() -> None:
    async def wait_in_a_group() -> None:
        async with Group() as group:
            group.create_task(asyncio.Event().wait())

    task = asyncio.create_task(wait_in_a_group())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task], timeout=5)
    assert task.cancelled()


async def test_a_task_that_was_cancelled_before_and_cleans_up_in_a_group_hears_of_errors() -> None:
    caught: list[BaseException] = []

    async def clean_up() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            try:
                async with Group():
                    raise ConnectionError
            except* ConnectionError as errors:
                caught.append(errors)

    task = asyncio.create_task(clean_up())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task], timeout=5)
    assert task.cancelled()
    assert caught
