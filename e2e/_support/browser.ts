import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, type Page, chromium } from 'playwright-core';
import type { TestServer } from '../../packages/server/test/_support/start-server.ts';

const candidates = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  chromium.executablePath(),
];
const executablePath = candidates.find((path) => path !== undefined && existsSync(path));

/** Whether there is a Chromium here. Without one the browser tests are skipped by name, and fail where CI=true. */
export const hasChromium = executablePath !== undefined;

const flags = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
];

export async function launchBrowser(): Promise<Browser> {
  if (executablePath === undefined) throw new Error('no Chromium: install it, or set CHROMIUM_PATH');
  return chromium.launch({ executablePath, args: flags });
}

/** What a page complained of, and whom it called. */
export interface Watch {
  problems: string[];
  hosts: Set<string>;
}

/** Notes console errors, warnings, exceptions and every host a page calls. */
export function watch(page: Page): Watch {
  const seen: Watch = { problems: [], hosts: new Set() };
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) seen.problems.push(message.text());
  });
  page.on('pageerror', (error) => seen.problems.push(String(error)));
  page.on('request', (request) => {
    const { protocol, host } = new URL(request.url());
    if (protocol.startsWith('http')) seen.hosts.add(host);
  });
  return seen;
}

export const account = { email: 'owner@example.com', password: 'correct horse battery staple' };

/** Signs in as the form does, without waiting for somebody to type; that is tested by itself. @returns a page that shows a new chat */
export async function signIn(context: BrowserContext, url: string): Promise<Page> {
  const login = await context.request.post(`${url}/api/auth/login`, {
    data: account,
    headers: { origin: new URL(url).origin },
  });
  if (!login.ok()) throw new Error(`signing in was refused with ${login.status()}`);
  const page = await context.newPage();
  await page.goto(`${url}/favicon.svg`);
  // The page asks for the session of a cookie only where somebody has signed in.
  await page.evaluate(() => localStorage.setItem('sluice.signed-in', 'yes'));
  await page.goto(url);
  await page.getByRole('textbox', { name: 'Message' }).waitFor();
  return page;
}

/** @returns the token of a session of the account, for what the page is not asked for */
export async function signInToApi(server: TestServer): Promise<string> {
  const { email, password } = account;
  const login = await server.call('/api/auth/login', { token: '', body: { email, password } });
  const { accessToken } = (await login.json()) as { accessToken: string };
  return accessToken;
}

/** Gives the account conversations, as another service exports them. */
export async function importConversations(server: TestServer, exported: object[]): Promise<void> {
  const accessToken = await signInToApi(server);
  const imported = await server.call('/api/conversations/import', { token: accessToken, body: exported });
  if (!imported.ok) throw new Error(`the import was refused with ${imported.status}`);
}
