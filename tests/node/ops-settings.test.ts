/** The commands of ops/README.md that write the settings, run in a folder in place of `/`. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

const ops = fileURLToPath(new URL('../../ops', import.meta.url));
const place = mkdtempSync(path.join(tmpdir(), 'vision-light-settings-'));
const NAME = 'node.example.org';

beforeAll(() => {
  const readme = readFileSync(path.join(ops, 'README.md'), 'utf8');
  const commands = /^```sh settings\n(.*?)^```/ms.exec(readme)?.[1] ?? 'false';
  // What the packages of Debian bring.
  for (const folder of ['nginx/sites-available', 'systemd/system'])
    mkdirSync(path.join(place, 'etc', folder), { recursive: true });
  const script = commands.replace('/opt/vision-light/ops', ops).replaceAll(' /etc/', ` ${place}/etc/`);
  const { status, stderr } = spawnSync('sh', ['-eu', '-c', script], {
    encoding: 'utf8',
    env: { ...process.env, NAME },
  });
  expect([status, stderr]).toEqual([0, '']);
});

afterAll(() => rmSync(place, { recursive: true }));

const written = (name: string): string => readFileSync(path.join(place, 'etc', name), 'utf8');

it('leave nothing to replace', () => {
  const files = [
    'vision-light/config.json',
    'vision-light/signal.env',
    'nginx/vision-light/page-headers.conf',
  ];
  for (const name of [...files, 'nginx/sites-available/vision-light.conf', 'turnserver.conf']) {
    expect(written(name)).toContain(NAME);
    expect(written(name)).not.toMatch(/light\.example(?!\.)|REPLACE/);
  }
  expect(JSON.parse(written('vision-light/config.json')).signal).toEqual([`https://${NAME}`]);
  expect(written('nginx/vision-light/page-headers.conf')).toContain(`connect-src 'self' wss://${NAME};`);
});

it('give both servers one secret, which only root and coturn read', () => {
  const [, secret = ''] = /^static-auth-secret=([0-9a-f]{64})$/m.exec(written('turnserver.conf')) ?? [];
  expect(secret).toHaveLength(64);
  expect(written('vision-light/signal.env')).toContain(`\nTURN_SECRET=${secret}\n`);
  const mode = (name: string): string => (statSync(path.join(place, 'etc', name)).mode & 0o777).toString(8);
  expect([mode('vision-light/signal.env'), mode('turnserver.conf')]).toEqual(['600', '640']);
  // nginx reads these as a user of its own.
  expect([mode('vision-light'), mode('vision-light/config.json')]).toEqual(['755', '644']);
  expect(mode('nginx/vision-light/page-headers.conf')).toBe('644');
});

it('bring every unit', () => {
  for (const unit of ['vision-light-signal@.service', 'vision-light-gateway.service'])
    expect(written(`systemd/system/${unit}`)).toBe(readFileSync(path.join(ops, 'systemd', unit), 'utf8'));
});
