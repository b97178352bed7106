import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { createTokenCounter } from './token-counter.ts';

function open(keptMs?: number) {
  const counter = createTokenCounter(keptMs);
  onTestFinished(() => counter[Symbol.dispose]());
  return counter;
}

/** Its first answer comes when its thread has begun, which may be too late. */
async function warm(counter: ReturnType<typeof open>): Promise<void> {
  await expect.poll(() => counter.count('x', 300), { timeout: 10_000 }).toBe(1);
}

it('counts what a tokenizer counts: words of English, characters of Chinese, and control tokens as text', async () => {
  const counter = open();
  await warm(counter);
  const counts = ['Hello world, how are you?', '你好世界，今天天气很好', '<|endoftext|>', ''].map((text) =>
    counter.count(text, 10_000),
  );
  const [english = 0, chinese = 0, control = 0, empty] = await Promise.all(counts);
  expect(english).toBe(7);
  expect(chinese).toBeGreaterThan(4);
  expect(control).toBeGreaterThan(1);
  expect(empty).toBe(0);
});

it('counts a long text without spaces in no time', async () => {
  const counter = open();
  await warm(counter);
  // Of its thread too, and of nothing else on this machine.
  const before = process.cpuUsage();
  expect(await counter.count('好'.repeat(8000), 10_000)).toBeGreaterThan(1000);
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1000).toBeLessThan(300);
});

it('says that it does not know rather than to keep anybody waiting', async () => {
  const counter = open();
  const began = performance.now();
  await Promise.all(Array.from({ length: 50 }, () => counter.count('x'.repeat(8000), 300)));
  expect(performance.now() - began).toBeLessThan(1000);
  counter[Symbol.dispose]();
});

it('gives up what it was asked when it is closed, and begins anew when it is asked again', async () => {
  const counter = open(1500);
  const asked = counter.count('Hello', 300);
  counter[Symbol.dispose]();
  expect(await asked).toBeUndefined();
  await warm(counter);
  await sleep(1600);
  await warm(counter);
});
