import type { BrowserContext, Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Watch, account, hasChromium, signIn, watch } from './_support/browser.ts';
import { useBrowser } from './_support/use-browser.ts';

describe.skipIf(!hasChromium)('the settings', () => {
  const here = useBrowser({ role: 'admin', name: 'Ada' });
  let context: BrowserContext;
  let page: Page;
  let seen: Watch;

  beforeEach(async () => {
    context = await here.browser.newContext({ viewport: { width: 1280, height: 800 } });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    page = await signIn(context, here.server.url);
    seen = watch(page);
  });
  afterEach(async () => {
    expect(seen.problems).toEqual([]);
    await context.close();
  });

  const dialog = () => page.getByRole('dialog', { name: 'Settings' });
  const open = async (tab: string) => {
    await page.getByRole('button', { name: /^Settings/ }).click();
    await dialog().getByRole('tab', { name: tab }).click();
  };
  const form = (name: string) => dialog().getByRole('form', { name });
  /** Refusals that a test asks for are errors to the browser's console. */
  const forgive = () => seen.problems.splice(0);

  it('opens over the page by keyboard, goes from tab to tab by arrows, and gives the keyboard back', async () => {
    const opener = page.getByRole('button', { name: /^Settings/ });
    await opener.focus();
    await page.keyboard.press('Enter');
    await dialog().getByRole('heading', { name: 'Profile' }).waitFor();
    expect(new URL(page.url()).hash).toBe('#account');
    await dialog().getByRole('tab', { name: 'Account' }).focus();
    await page.keyboard.press('ArrowRight');
    await dialog().getByRole('heading', { name: 'API tokens' }).waitFor();
    await page.keyboard.press('ArrowRight');
    await dialog().getByRole('heading', { name: 'Usage' }).waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => dialog().count()).toBe(0);
    await expect.poll(() => new URL(page.url()).hash).toBe('');
    expect(await opener.evaluate((element) => element === document.activeElement)).toBe(true);
    await page.goto(`${here.server.url}/usage`);
    await dialog().getByRole('heading', { name: 'Usage' }).waitFor();
    await dialog().getByRole('button', { name: 'Close' }).click();
    await expect.poll(() => dialog().count()).toBe(0);
    expect(page.url()).toBe(`${here.server.url}/`);
  });

  it('changes the name, everywhere at once, and over a reload', async () => {
    await open('Account');
    await form('Profile').getByRole('textbox', { name: 'Name' }).fill('Ada Lovelace');
    await form('Profile').getByRole('button', { name: 'Save name' }).click();
    await form('Profile').getByText('Saved').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Settings: Ada Lovelace' }).waitFor();
    await page.getByRole('heading', { name: /Ada Lovelace/ }).waitFor();
    await expect.poll(() => new URL(page.url()).hash).toBe('');
    await page.reload();
    await page.getByRole('button', { name: 'Settings: Ada Lovelace' }).waitFor();
  });

  it('changes the password, and says beside the field what is wrong', async () => {
    await open('Account');
    const current = form('Password').getByLabel('Current password');
    const next = form('Password').getByLabel('New password');
    const change = form('Password').getByRole('button', { name: 'Change password' });
    await change.click();
    expect(await current.getAttribute('aria-invalid')).toBe('true');
    expect(await current.evaluate((element) => element === document.activeElement)).toBe(true);
    await current.fill('not my password');
    await next.fill('another long enough password');
    await change.click();
    await form('Password').getByText('Is not right').waitFor();
    forgive();
    await current.fill(account.password);
    await change.click();
    await form('Password').getByText('Password changed').waitFor();
    expect(await next.inputValue()).toBe('');

    const login = (password: string) =>
      here.server.call('/api/auth/login', { token: '', body: { email: account.email, password } });
    expect((await login(account.password)).status).toBe(401);
    expect((await login('another long enough password')).status).toBe(200);
    await current.fill('another long enough password');
    await next.fill(account.password);
    await change.click();
    await expect.poll(async () => (await login(account.password)).status).toBe(200);
  });

  it('lists where one is signed in, ends another session, and signs out everywhere', async () => {
    const elsewhere = await here.browser.newContext();
    const other = await signIn(elsewhere, here.server.url);
    await open('Account');
    const sessions = dialog().getByRole('list', { name: 'Sessions' }).getByRole('listitem');
    await expect.poll(() => sessions.count()).toBeGreaterThanOrEqual(2);
    expect(await sessions.filter({ hasText: 'This one' }).count()).toBe(1);
    const count = await sessions.count();
    await sessions
      .filter({ hasNotText: 'This one' })
      .first()
      .getByRole('button', { name: /End session/ })
      .click();
    await expect.poll(() => sessions.count()).toBe(count - 1);
    await other.reload();
    await other.getByRole('form', { name: 'Sign in' }).waitFor();
    await elsewhere.close();

    await dialog().getByRole('button', { name: 'Sign out everywhere' }).click();
    await dialog().getByRole('button', { name: 'Yes, sign out everywhere' }).click();
    await page.getByRole('form', { name: 'Sign in' }).waitFor();
    forgive();
    await page.reload();
    await page.getByRole('form', { name: 'Sign in' }).waitFor();
  });

  it('P3: creates a token that works, shows it once, tells of its use, and revokes it', async () => {
    await open('API tokens');
    await form('New token').getByRole('button', { name: 'Create token' }).click();
    const name = form('New token').getByRole('textbox', { name: 'Name' });
    expect(await name.getAttribute('aria-invalid')).toBe('true');
    await name.fill('My script');
    await form('New token').getByLabel('Valid for').selectOption('7');
    await form('New token')
      .getByLabel(/Read usage/)
      .check();
    await form('New token').getByRole('button', { name: 'Create token' }).click();
    const notice = dialog().getByRole('group', { name: 'Token “My script”' });
    const token = await notice.locator('code').innerText();
    await notice.getByRole('button', { name: 'Copy token' }).click();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(token);
    // Over plain http in a local network there is no Clipboard API.
    await page.evaluate(async () => {
      await navigator.clipboard.writeText('something else');
      navigator.clipboard.writeText = () => Promise.reject(new Error('refused'));
    });
    await notice.getByRole('button', { name: 'Copy token' }).click();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(token);
    await expect.poll(() => dialog().getByRole('status').allInnerTexts()).toContain('Copied');
    const row = dialog().getByRole('list', { name: 'Tokens' }).getByRole('listitem');
    await expect.poll(() => row.innerText()).toMatch(/My script[^]*chat, usage[^]*never used/);
    const lastDay = new Date(Date.now() + 7 * 86_400_000).getDate();
    expect(await row.innerText()).toMatch(new RegExp(`expires \\D*${lastDay}\\b`));
    expect((await here.server.call('/api/usage', { token })).status).toBe(200);
    expect((await here.server.call('/api/conversations', { token })).status).toBe(403);

    await page.reload();
    await expect.poll(() => row.innerText()).toMatch(/last used/);
    expect(await page.content()).not.toContain(token);
    await row.getByRole('button', { name: 'Revoke: My script' }).click();
    await row.getByRole('button', { name: 'Yes, revoke: My script' }).click();
    await expect.poll(() => row.innerText()).toContain('Revoked');
    await expect.poll(async () => (await here.server.call('/api/me', { token })).status).toBe(401);
  });

  it('P4: shows what was used, by day, model and token, and everybody’s to an administrator', async () => {
    here.upstream.script({ text: 'Counted.' });
    await page.getByRole('textbox', { name: 'Message' }).fill('Count this');
    await page.keyboard.press('Enter');
    await page.getByRole('article', { name: 'Assistant' }).getByText('Counted.').waitFor();
    await page.getByRole('button', { name: 'Send', exact: true }).waitFor();
    await (await here.server.call('/api/chat', { body: { message: 'From an app' } })).json();
    await open('Usage');
    const answers = (row: string | RegExp) =>
      dialog().getByRole('row', { name: row }).getByRole('cell').first().innerText();
    await expect.poll(() => answers(/^Total/)).toBe('1');
    await dialog().getByLabel('By', { exact: true }).selectOption('model');
    await expect.poll(() => answers(/^anthropic\//)).toBe('1');
    await dialog().getByLabel('By', { exact: true }).selectOption('token');
    await expect.poll(() => answers(/^This page/)).toBe('1');
    await dialog().getByLabel('Whose').selectOption('all');
    await expect.poll(() => answers(/^Total/)).toBe('2');
    await dialog().getByLabel('By', { exact: true }).selectOption('user');
    await expect.poll(() => answers(/^user@example.com/)).toBe('1');
  });

  it('lets administrators add users, give them roles and passwords, and disable them', async () => {
    await open('Users');
    const add = form('Add a user');
    const email = add.getByRole('textbox', { name: 'Email' });
    const submit = add.getByRole('button', { name: 'Add user' });
    await email.fill(account.email);
    await add.getByLabel('Password').fill('a password to begin with');
    await submit.click();
    await add.getByText(/there is already/i).waitFor();
    forgive();
    await email.fill('grace@example.com');
    await submit.click();
    await add.getByText('User added').waitFor();
    const row = dialog()
      .getByRole('list', { name: 'Users' })
      .getByRole('listitem')
      .filter({ hasText: 'grace@example.com' });
    const login = (password: string) =>
      here.server.call('/api/auth/login', { token: '', body: { email: 'grace@example.com', password } });
    expect((await login('a password to begin with')).status).toBe(200);

    await row.getByLabel('Role of grace@example.com').selectOption('admin');
    const roleOf = async () =>
      ((await (await login('a password to begin with')).json()) as { user: { role: string } }).user.role;
    await expect.poll(roleOf).toBe('admin');
    await row.getByRole('button', { name: /Reset password/ }).click();
    await row.getByLabel('Password', { exact: true }).fill('short');
    await row.getByRole('button', { name: 'Set password', exact: true }).click();
    expect(await row.getByLabel('Password', { exact: true }).getAttribute('aria-invalid')).toBe('true');
    await row.getByLabel('Password', { exact: true }).fill('a quite different password');
    await row.getByRole('button', { name: 'Set password', exact: true }).click();
    await row.getByText(/Password set/).waitFor();
    expect((await login('a quite different password')).status).toBe(200);

    await row.getByRole('button', { name: 'Disable: grace@example.com' }).click();
    await row.getByRole('button', { name: 'Yes, disable: grace@example.com' }).click();
    await expect.poll(() => row.innerText()).toContain('Disabled');
    expect((await login('a quite different password')).status).toBe(401);
    await row.getByRole('button', { name: 'Enable: grace@example.com' }).click();
    await expect.poll(async () => (await login('a quite different password')).status).toBe(200);
  });

  it('lets administrators set limits, for everybody and for one, and shows to each what is left', async () => {
    await open('Users');
    const everybody = form('Limits for everybody');
    await everybody.getByLabel('Tokens a month').fill('lots');
    await everybody.getByRole('button', { name: 'Save limits' }).click();
    expect(await everybody.getByLabel('Tokens a month').getAttribute('aria-invalid')).toBe('true');
    await everybody.getByLabel('Tokens a month').fill('100000');
    await everybody.getByLabel('Requests a day').fill('50');
    await everybody.getByRole('button', { name: 'Save limits' }).click();
    await everybody.getByText('Limits saved').waitFor();
    const row = dialog()
      .getByRole('list', { name: 'Users' })
      .getByRole('listitem')
      .filter({ hasText: account.email });
    await row.getByRole('button', { name: `Limits: ${account.email}` }).click();
    const own = form(`Limits of ${account.email}`);
    expect(await own.getByLabel('Requests a day').getAttribute('placeholder')).toContain('50');
    await own.getByLabel('Tokens a month').fill('123456');
    await own.getByRole('button', { name: 'Save limits' }).click();
    await own.getByText('Limits saved').waitFor();
    await expect.poll(() => row.innerText()).toContain('limits of their own');
    await expect.poll(() => own.getByLabel('Tokens a month').inputValue()).toBe('123456');

    await dialog().getByRole('tab', { name: 'Usage' }).click();
    const limits = dialog().getByRole('list', { name: 'Limits' });
    await limits.getByText('Tokens this month').waitFor();
    expect(await limits.innerText()).toMatch(/Requests today\s+\d+ of 50[^]*of 123,456/);
    const meter = limits.getByRole('meter', { name: 'Requests today' });
    expect(await meter.getAttribute('aria-valuetext')).toMatch(/^\d+ of 50$/);

    await dialog().getByRole('tab', { name: 'Users' }).click();
    await everybody.getByLabel('Requests a day').fill('0');
    await everybody.getByRole('button', { name: 'Save limits' }).click();
    await everybody.getByText('Limits saved').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('textbox', { name: 'Message' }).fill('One more');
    await page.keyboard.press('Enter');
    await page.getByText(/Your limit of 0 requests a day is used up; it begins anew at/).waitFor();
    expect(await page.getByRole('button', { name: 'Retry', exact: true }).isEnabled()).toBe(true);
    forgive();

    await open('Users');
    for (const name of ['Tokens a month', 'Requests a day']) await everybody.getByLabel(name).fill('');
    await everybody.getByRole('button', { name: 'Save limits' }).click();
    await everybody.getByText('Limits saved').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Retry', exact: true }).click();
    await page
      .getByRole('article', { name: 'Assistant' })
      .getByText(/fake upstream/)
      .waitFor();
  });

  it('fits a phone, without scrolling sideways, in every tab', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    for (const hash of ['#account', '#tokens', '#usage', '#users', '#models']) {
      await page.goto(`${here.server.url}/${hash}`);
      await page.reload();
      await dialog().getByRole('tabpanel').getByRole('heading').first().waitFor();
      const overflow = await dialog()
        .getByRole('tabpanel')
        .first()
        .evaluate((panel) => panel.scrollWidth - panel.clientWidth);
      expect(overflow).toBeLessThanOrEqual(0);
    }
  });
});
