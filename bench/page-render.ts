import { readFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import type { Browser, Page } from 'playwright-core';
import { account, launchBrowser, signIn } from '../e2e/_support/browser.ts';
import { createAuth } from '../packages/server/src/auth/auth.ts';
import { openDatabase } from '../packages/server/src/storage/open-database.ts';
import { prepareAccess } from './access.ts';
import { startSluice } from './contestant.ts';
import { type AnswerKind, answerTokens, historyMessages } from './page/answer-text.ts';
import { startAnsweringUpstream } from './page/answering-upstream.ts';
import { type HistoryCost, measureHistory } from './page/measure-history.ts';
import { type StreamCost, measureStream } from './page/measure-stream.ts';
import { type Tab, openTab } from './page/open-tab.ts';
import { startRival } from './page/start-rival.ts';
import { weighPage } from './page/weigh-page.ts';

const TOKENS = 10_000;
const PER_SECOND = 500;
const MESSAGES = 1000;
const LAST_ANSWER = `Answer ${MESSAGES / 2 - 1}`;
const TITLE = 'A long conversation';

/** A page under test. */
interface Contender {
  name: string;
  answer: (tokens: readonly string[]) => void;
  /** Opens it, ready to be asked. */
  open(page: Page): Promise<void>;
}

const scenarios: { name: string; kind: AnswerKind; slower: number }[] = [
  { name: 'mixed', kind: 'mixed', slower: 1 },
  { name: 'one fence', kind: 'fence', slower: 1 },
  { name: 'one list', kind: 'list', slower: 1 },
  { name: 'mixed, CPU 4 × slower', kind: 'mixed', slower: 4 },
];

const streamColumns: [name: string, show: (cost: StreamCost) => string][] = [
  ['tasks > 50 ms', ({ longTasks }) => String(longTasks)],
  ['worst task, ms', ({ worstTask }) => worstTask.toFixed(0)],
  ['script, ms', ({ script }) => script.toFixed(0)],
  ['style and layout, ms', ({ layout }) => layout.toFixed(0)],
  ['ms/frame, last fifth / first', ({ growth }) => growth.toFixed(2)],
  ['dropped frames', ({ dropped }) => `${(dropped * 100).toFixed(1)} %`],
  ['key to paint p95 / max, ms', ({ keyP95, keyMax }) => `${keyP95.toFixed(0)} / ${keyMax.toFixed(0)}`],
  ['took, s', ({ seconds }) => seconds.toFixed(1)],
];

const historyColumns: [name: string, show: (cost: HistoryCost) => string][] = [
  ['open, ms', ({ openMs }) => openMs.toFixed(0)],
  ['CPU for it, ms', ({ openCpuMs }) => openCpuMs.toFixed(0)],
  ['heap, MB', ({ heapMb }) => heapMb.toFixed(1)],
  ['fps while it is scrolled', ({ fps }) => fps.toFixed(1)],
  ['blank frames', ({ blanks }) => String(blanks)],
];

function printHead(columns: readonly (readonly [string, unknown])[]): void {
  console.log(`\n| page | ${columns.map(([name]) => name).join(' | ')} |`);
  console.log(`|---|${'---|'.repeat(columns.length)}`);
}

function printRow<Cost>(
  name: string,
  cost: Cost,
  columns: readonly [string, (cost: Cost) => string][],
): void {
  console.log(`| ${name} | ${columns.map(([, show]) => show(cost)).join(' | ')} |`);
}

/** A server with one account that can sign in. */
async function startServer(upstream: string, stack: AsyncDisposableStack) {
  const access = await prepareAccess('bench-page');
  await using database = await openDatabase({ dataDir: access.dataDir, databaseUrl: undefined });
  const auth = createAuth({ database, secret: access.secret });
  await auth.createUser({ ...account, role: 'user' });
  return stack.use(
    await startSluice('', access, {
      environment: {
        OPENAI_API_KEY: '',
        ANTHROPIC_API_KEY: 'bench',
        ANTHROPIC_BASE_URL: upstream,
        OLLAMA_HOST: 'off',
      },
    }),
  );
}

async function importHistory(url: string): Promise<void> {
  const send = (path: string, body: object, token = '') =>
    fetch(url + path, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token !== '' && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
    });
  const login = await send('/api/auth/login', account);
  const { accessToken } = (await login.json()) as { accessToken: string };
  const at = '2026-01-01T00:00:00.000Z';
  const exported = {
    format: 'sluice-conversation',
    version: 1,
    conversation: { id: 'c', title: TITLE, pinned: false, archived: false, createdAt: at, updatedAt: at },
    messages: historyMessages(MESSAGES).map((message, index) => ({
      ...message,
      id: `m${index}`,
      parentId: index === 0 ? null : `m${index - 1}`,
      createdAt: at,
      ...(message.role === 'assistant' && { reason: 'complete' }),
    })),
    images: {},
  };
  const imported = await send('/api/conversations/import', exported, accessToken);
  if (!imported.ok) throw new Error(await imported.text());
}

async function streamAll(browser: Browser, contenders: readonly Contender[]): Promise<void> {
  for (const { name, kind, slower } of scenarios) {
    console.log(`\n${name}: ${TOKENS} tokens at ${PER_SECOND}/s`);
    printHead(streamColumns);
    for (const contender of contenders) {
      contender.answer(answerTokens(TOKENS, kind));
      await using tab = await openTab(browser);
      await contender.open(tab.page);
      if (slower > 1) await tab.slowDown(slower);
      printRow(contender.name, await measureStream(browser, tab), streamColumns);
    }
  }
}

async function openAll(
  browser: Browser,
  { sluice, rival }: { sluice: (tab: Tab) => Promise<void>; rival: string },
): Promise<void> {
  console.log(`\na conversation of ${MESSAGES} messages`);
  printHead(historyColumns);
  {
    await using tab = await openTab(browser);
    await sluice(tab);
    const link = tab.page
      .getByRole('navigation', { name: 'Conversations' })
      .getByRole('link', { name: TITLE });
    printRow(
      'Sluice',
      await measureHistory(tab, { open: () => link.click(), lastAnswer: LAST_ANSWER }),
      historyColumns,
    );
  }
  await using tab = await openTab(browser);
  await tab.page.goto(rival);
  const open = () =>
    tab.page.evaluate((count) => {
      dispatchEvent(new Event('open-history'));
      (window as unknown as { openHistory: (count: number) => void }).openHistory(count);
    }, MESSAGES);
  printRow('react-markdown', await measureHistory(tab, { open, lastAnswer: LAST_ANSWER }), historyColumns);
}

async function weighAll(
  browser: Browser,
  { sluice, rival }: { sluice: string; rival: string },
): Promise<void> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const named = (name: string) => () => page.getByRole('textbox', { name }).waitFor();
  const door = await weighPage(page, { url: sluice, isReady: named('Email') });
  await (await signIn(context, sluice)).close();
  const chat = await weighPage(page, { url: sluice, isReady: named('Message') });
  const other = await weighPage(page, { url: rival, isReady: named('Message') });
  await context.close();
  console.log('\nfirst load, KiB gzipped\n\n| page | script | style |\n|---|---|---|');
  for (const [name, { script, style }] of Object.entries({ 'sign-in': door, chat, 'react-markdown': other }))
    console.log(`| ${name} | ${script.toFixed(1)} | ${style.toFixed(1)} |`);
}

/** Prints what the page costs beside one with react-markdown, in one run in one browser. CPU times are quotable, clocks less. */
export async function benchPage(): Promise<void> {
  await readFile(new URL('../packages/web/dist/index.html', import.meta.url)).catch(() => {
    throw new Error('the page is not built: npm start builds it');
  });
  await using stack = new AsyncDisposableStack();
  const upstream = stack.use(await startAnsweringUpstream(PER_SECOND));
  const rival = stack.use(await startRival(PER_SECOND));
  const server = await startServer(upstream.url, stack);
  const url = new URL(server.url).origin;
  await importHistory(url);
  const browser = stack.adopt(await launchBrowser(), (opened) => opened.close());
  const openSluice = async (page: Page) => {
    await page.goto(url);
    await signInHere(page);
  };
  const rivalAt = (name: string, pace: string): Contender => ({
    name,
    answer: rival.answer,
    open: async (page) => {
      await page.goto(`${rival.url}/?pace=${pace}`);
    },
  });
  console.log(`\nChromium ${browser.version()}, load average ${loadavg()[0]?.toFixed(1)}`);
  await weighAll(browser, { sluice: url, rival: rival.url });
  await streamAll(browser, [
    { name: 'Sluice', answer: upstream.answer, open: openSluice },
    rivalAt('react-markdown, per frame', 'frame'),
    rivalAt('react-markdown, per token', 'token'),
  ]);
  await openAll(browser, { sluice: ({ page }) => openSluice(page), rival: rival.url });
}

async function signInHere(page: Page): Promise<void> {
  await page.getByRole('textbox', { name: 'Email' }).fill(account.email);
  await page.getByLabel('Password', { exact: true }).fill(account.password);
  await page.keyboard.press('Enter');
  await page.getByRole('textbox', { name: 'Message' }).waitFor();
}
