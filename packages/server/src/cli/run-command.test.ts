import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { periodAt } from '../admission/period-at.ts';
import { openAuth, password, signUp } from '../auth/auth.fixture.ts';
import { runCommand } from './run-command.ts';
import { UsageError } from './usage-error.ts';

/** For the commands that concern the whole database: tested with a process of their own. */
const noDatabase = {
  environment: {},
  location: { dataDir: '/dev/null/none' },
  version: '1.2.3',
  stdin: Readable.from([]),
  write: async () => {},
};

async function openCommands({ stdin = '', oidcIssuer }: { stdin?: string; oidcIssuer?: string } = {}) {
  const opened = await openAuth();
  const printed: string[] = [];
  const remarks: string[] = [];
  const run = (line: string, ...more: string[]) =>
    runCommand(
      {
        openAuth: async () => opened.auth,
        openDatabase: async () => opened.database,
        publicUrl: 'http://127.0.0.1:3000',
        oidcIssuer,
        ...noDatabase,
        readStdin: async () => stdin,
        print: (text) => printed.push(text),
        remark: (text) => remarks.push(text),
      },
      [...line.split(' ').filter(Boolean), ...more],
    );
  return { ...opened, run, printed, remarks };
}

describe('runCommand', () => {
  it.each([
    '',
    'help',
    'token',
    'token delete x',
    'backup',
    'backup a b',
    'restore',
    'restore --force x',
    'toString',
    '__proto__',
    'setup-link now',
    'setup-link --public-url http://x',
    'token create',
    'token create --email a@example.com',
    'token create --name x',
    'token create --email a@example.com --name x surplus',
    'token create --email a@example.com --name x --days soon',
    'token create --email a@example.com --name x --days -1',
    'token create --email a@example.com --name',
    'token create --email a@example.com --name x --force',
    'token revoke',
    'token revoke a b',
    'user create --email a@example.com --role root --password-stdin',
    'user create --email a@example.com --role user',
    'user create --email a@example.com --role user --password hunter2',
    'user create --role user --password-stdin',
    'user create --oidc-sub s',
    'user create --oidc-sub s --oidc-issuer https://i.example --email a@example.com',
    'user create --oidc-sub s --oidc-issuer https://i.example --role admin',
    'user create --email a@example.com --role user --password-stdin --oidc-issuer https://i.example',
    'user password --email a@example.com',
    'user password --password-stdin',
    'limit list --all',
    'limit set --period day --unit tokens',
    'limit set --period week --unit tokens --amount 1',
    'limit set --period day --unit eur --amount 1',
    'limit set --period day --unit tokens --amount -1',
    'limit set --period day --unit tokens --amount 2.5',
    'limit set --period day --unit usd --amount 2,50',
    'limit set --period day --unit usd --amount 1 --user a@example.com --model anthropic/x',
  ])('takes %j for a mistake before it opens anything', async (line) => {
    const argv = line.split(' ').filter(Boolean);
    const fail = () => Promise.reject(new Error('opened'));
    const ports = {
      openAuth: fail,
      openDatabase: fail,
      publicUrl: '',
      oidcIssuer: undefined,
      ...noDatabase,
      readStdin: fail,
      print: fail,
      remark: fail,
    };
    await expect(runCommand(ports, argv)).rejects.toThrow(UsageError);
  });

  it('makes tokens with the days and scopes asked for, and says how to end them', async () => {
    const { auth, run, printed, remarks, time } = await openCommands();
    await signUp(auth);
    const scopes = '--scope chat --scope usage --scope admin';
    await run(`token create --email ada@example.com --days 7 ${scopes} --name`, 'my script');
    const principal = await auth.authenticate(printed[0]);
    expect(principal.scopes).toEqual(['chat', 'usage', 'admin']);
    expect(principal.expiresAt).toBe((Math.floor(time.now / 1000) + 7 * 86_400) * 1000);
    expect(remarks).toEqual([`To end it: token revoke ${principal.tokenId}`]);
    await run(`token revoke ${principal.tokenId}`);
    await expect(auth.authenticate(printed[0])).rejects.toMatchObject({ code: 'token_revoked' });
  });

  it('says when a token has made a user', async () => {
    const { run, remarks } = await openCommands();
    await run('token create --email ghost@example.com --name app');
    await run('token create --email ghost@example.com --name app');
    expect(remarks.filter((line) => line.includes('ghost@example.com had no account'))).toHaveLength(1);
  });

  it('prints a setup link that works', async () => {
    const { auth, run, printed } = await openCommands();
    await run('setup-link');
    const [, code = ''] = printed[0]?.split('http://127.0.0.1:3000/setup#code=') ?? [];
    await auth.setup({ code, email: 'ada@example.com', password });
  });

  it('takes the password from stdin, without the line break that ends it', async () => {
    const { auth, run, printed } = await openCommands({ stdin: ` ${password} \r\n` });
    await run('user create --email root@example.com --role admin --password-stdin');
    const { session } = await auth.login({ email: 'root@example.com', password: ` ${password} ` });
    expect(session.user).toMatchObject({ id: printed[0], role: 'admin' });
  });

  it('makes the user of a subject, at the issuer that is configured unless another is named', async () => {
    const { database, run, printed } = await openCommands({ oidcIssuer: 'https://id.example' });
    await run('user create --oidc-sub subject-1 --name', 'Eve E.');
    await run('user create --oidc-sub subject-1 --oidc-issuer https://other.example');
    const found = [];
    for (const issuer of ['https://id.example', 'https://other.example']) {
      found.push(await database.identities.find({ issuer, subject: 'subject-1' }));
    }
    expect(found.map((user) => user?.id)).toEqual(printed);
    expect(found[0]).toMatchObject({ name: 'Eve E.', email: '', role: 'user', passwordHash: null });
    await expect(run('user create --oidc-sub subject-1')).rejects.toThrow('already a user');
  });

  it('sets a password that was forgotten: who was signed in or kept out is so no more', async () => {
    const { auth, run, printed } = await openCommands({ stdin: 'another good password\n' });
    const { session } = await signUp(auth);
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      await auth.login({ email: 'ada@example.com', password: 'wrong' }).catch(() => undefined);
    }
    await run('user password --email Ada@example.com --password-stdin');
    expect(printed).toEqual(['changed the password of Ada@example.com']);
    await expect(auth.authenticate(session.accessToken)).rejects.toMatchObject({ code: 'token_revoked' });
    await auth.login({ email: 'ada@example.com', password: 'another good password' });
    await expect(run('user password --email eve@example.com --password-stdin')).rejects.toThrow(
      'there is no user eve@example.com',
    );
  });

  it('sets limits of everybody, of one and of a model, lists them, and takes them away', async () => {
    const { auth, database, run, printed, remarks } = await openCommands();
    const { user } = (await signUp(auth)).session;
    await run('limit list');
    expect(remarks).toEqual(['There are no limits.']);
    await run('limit set --period day --unit requests --amount 100');
    await run('limit set --user Ada@example.com --period month --unit usd --amount 2.5');
    await run('limit set --model anthropic/claude-sonnet-5-5 --period day --unit tokens --amount 0');
    expect(remarks.at(-1)).toMatch(/^It binds a model whose id is just anthropic\/claude-sonnet-5-5:/);
    const counter = { kind: 'user', id: user.id, period: 'month', ...periodAt('month', Date.now()) } as const;
    await database.transaction(({ budgets }) => budgets.makeCounter(counter));
    const spent = { requests: 1, tokens: 9, microUsd: 1_000_000, heldTokens: 0, heldMicroUsd: 250_000 };
    await database.budgets.addToCounters([counter], spent);
    printed.length = 0;
    await run('limit list');
    expect(printed.toSorted()).toEqual([
      'everybody\tday\trequests\t100',
      'model anthropic/claude-sonnet-5-5\tday\ttokens\t0',
      'user ada@example.com\tmonth\tusd\t2.50\tused 1.25',
    ]);
    await run('limit set --period day --unit requests --amount none');
    printed.length = 0;
    await run('limit list');
    expect(printed).toHaveLength(2);
    await expect(run('limit set --user eve@example.com --period day --unit usd --amount 1')).rejects.toThrow(
      'there is no user eve@example.com',
    );
    await expect(run('limit set --token none --period day --unit usd --amount 1')).rejects.toThrow(
      'there is no such token',
    );
  });

  it('passes on what is wrong with a value', async () => {
    const { run } = await openCommands({ stdin: 'short' });
    await expect(run('token create --email bob --name x')).rejects.toThrow('not an email address');
    await expect(run('token revoke none')).rejects.toThrow('there is no token with the id none');
    await expect(run('user create --email bob@example.com --role user --password-stdin')).rejects.toThrow(
      '12 to 256 characters',
    );
  });
});
