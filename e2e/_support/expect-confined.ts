import { expect } from 'vitest';
import type { ComposeStack } from './compose-stack.ts';

/** Each process's status and the mounts, as the kernel tells them. */
const look = `for p in /proc/[0-9]*/status; do cat $p 2>/dev/null; done; grep ' / ' /proc/self/mounts`;

/** What may be seen and done from within a container, and how it is reached. */
interface Confinement {
  service: string;
  /** Of all its processes, each once. */
  uids: string[];
  capabilities: string[];
  noNewPrivileges: string[];
  isRootReadOnly: boolean;
  /** Host address and container's port. */
  published: string[];
  /** Volumes by their name, folders of the machine by their path. */
  mounts: string[];
}

interface Inspected {
  Config: { Labels: Record<string, string> };
  NetworkSettings: { Ports: Record<string, { HostIp: string }[] | null> };
  Mounts: { Name?: string; Source: string }[];
}

async function readConfinement({ docker }: ComposeStack, container: string): Promise<Confinement> {
  const [inspected] = JSON.parse(await docker('inspect', container)) as [Inspected];
  const said = await docker('exec', container, 'sh', '-c', look);
  const all = (pattern: RegExp) => [
    ...new Set([...said.matchAll(pattern)].flatMap(([, values = '']) => values.split('\t'))),
  ];
  const { Config, NetworkSettings, Mounts } = inspected;
  return {
    service: Config.Labels['com.docker.compose.service'] ?? '',
    // Real, effective, saved and of the file system.
    uids: all(/^Uid:\t(.*)$/gm),
    // Effective, permitted, and whatever a process could get.
    capabilities: all(/^Cap(?:Eff|Prm|Bnd):\t(.*)$/gm),
    noNewPrivileges: all(/^NoNewPrivs:\t(.*)$/gm),
    isRootReadOnly: /^\S+ \/ \S+ ro,/m.test(said),
    published: Object.entries(NetworkSettings.Ports).flatMap(([port, hosts]) =>
      (hosts ?? []).map(({ HostIp }) => `${HostIp} → ${port}`),
    ),
    mounts: Mounts.map(({ Name, Source }) => Name ?? Source),
  };
}

/** Holds every container but the fake upstream to what the compose files promise. */
export async function expectConfined(stack: ComposeStack, services: string[]): Promise<void> {
  const all = await Promise.all((await stack.containers()).map((id) => readConfinement(stack, id)));
  const ours = all.filter(({ service }) => service !== 'upstream');
  expect(ours.map(({ service }) => service).toSorted()).toEqual(services);
  for (const { service, uids, mounts, published, ...held } of ours) {
    expect([service, ...uids]).not.toContain('0');
    expect(held).toEqual({
      capabilities: ['0000000000000000'],
      noNewPrivileges: ['1'],
      isRootReadOnly: true,
    });
    // Of the machine nothing, and least of all the engine's socket.
    expect(mounts.join()).toMatch(/^(sluice-check_(data|postgres))?$/);
    expect(published).toEqual(service === 'nginx' ? ['127.0.0.1 → 8080/tcp'] : []);
  }
}
