/** A real nginx with the configuration of ops/, under a name and with a certificate of its own. */
import { spawnSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CustomNetwork } from '@vision-light/protocol';
import { freePorts } from '../node/free-ports.js';
import { startProgram } from '../running-program.js';
import type { Servers } from './servers.js';

const ops = new URL('../../ops/', import.meta.url);
const page = fileURLToPath(new URL('../../packages/explorer/dist', import.meta.url));

/** The name in the files of ops/. It stays: a browser is told where it is. */
const NAME = 'light.example';

/** What nginx stands in front of. */
export interface Behind {
  /** Ports of signaling processes, of one at least. */
  readonly signalPorts: readonly number[];
  readonly gatewayPort: number;
  /** What the page's `config.json` names. */
  readonly network: CustomNetwork;
}

/** nginx as it runs. */
export interface Nginx {
  /** Of the page, `https://light.example:PORT`. */
  readonly origin: string;
  readonly port: number;
  /** Of what only sends visitors to the page. */
  readonly plainPort: number;
  /** PEM of the certificate. */
  readonly certificate: string;
  /** For Chromium: where the name is, and that its certificate is good. */
  readonly chromiumArgs: readonly string[];
}

/** Each text of a file by another one. @throws if one is not there: then the file has changed, and this would test another one */
function replaced(text: string, by: Readonly<Record<string, string>>): string {
  return Object.entries(by).reduce((all, [from, to]) => {
    if (!all.includes(from)) throw new Error(`the configuration has no "${from}"`);
    return all.replaceAll(from, to);
  }, text);
}

/**
 * Starts nginx, and ends it with the servers.
 *
 * @param programs  paths of both
 */
export async function startNginx(
  servers: Servers,
  programs: { readonly nginx: string; readonly openssl: string },
  { signalPorts, gatewayPort, network }: Behind,
): Promise<Nginx> {
  const folder = await servers.folder();
  const [port = 0, plainPort = 0] = await freePorts();
  const place = `${NAME}:${port}`;
  const file = (name: string): string => path.join(folder, name);
  const subject = ['-subj', `/CN=${NAME}`, '-addext', `subjectAltName=DNS:${NAME}`, '-days', '2'];
  const key = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-keyout',
    file('key.pem'),
  ];
  const made = spawnSync(programs.openssl, ['req', '-x509', ...key, ...subject, '-out', file('cert.pem')]);
  if (made.status !== 0) throw new Error(`openssl: ${made.stderr}`);

  const upstream = 'server 127.0.0.1:8081 max_fails=1 fail_timeout=5s;';
  const site = replaced(await readFile(new URL('nginx/vision-light.conf', ops), 'utf8'), {
    [upstream]: signalPorts.map((each) => upstream.replace('8081', String(each))).join('\n    '),
    '127.0.0.1:8082': `127.0.0.1:${gatewayPort}`,
    'listen 80;': `listen 127.0.0.1:${plainPort};`,
    'listen [::]:80;': '',
    'listen 443 ': `listen 127.0.0.1:${port} `,
    'listen [::]:443 ssl http2;': '',
    [`https://${NAME}$request_uri`]: `https://${place}$request_uri`,
    [`/etc/letsencrypt/live/${NAME}/fullchain.pem`]: file('cert.pem'),
    [`/etc/letsencrypt/live/${NAME}/privkey.pem`]: file('key.pem'),
    '/var/www/html': folder,
    '/etc/nginx/vision-light/': `${folder}/`,
    '/etc/vision-light/': `${folder}/`,
    '/opt/vision-light/packages/explorer/dist': page,
  });
  const headers = await readFile(new URL('nginx/page-headers.conf', ops), 'utf8');
  await writeFile(file('page-headers.conf'), replaced(headers, { [`wss://${NAME}`]: `wss://${place}` }));
  const config = replaced(await readFile(new URL('config.json', ops), 'utf8'), {
    [`https://${NAME}`]: `https://${place}`,
    '"vision-devnet"': JSON.stringify(network),
  });
  await writeFile(file('config.json'), config);
  await mkdir(file('temp'));
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const main = `daemon off; pid ${file('nginx.pid')}; error_log ${file('error.log')} warn;
user root; worker_processes 2; events { worker_connections 512; }
http {
  include /etc/nginx/mime.types;
  ${temporary.map((each) => `${each}_temp_path ${file('temp')}/${each};`).join(' ')}
  ${site}
}`;
  // The folder of the test is its owner's, so nginx stays who started it.
  const isRoot = process.getuid?.() === 0;
  await writeFile(file('nginx.conf'), isRoot ? main : main.replace('user root; ', ''));
  const program = await startProgram(
    programs.nginx,
    ['-e', file('error.log'), '-c', file('nginx.conf')],
    port,
  );
  servers.defer(() => program.stop());
  const certificate = await readFile(file('cert.pem'), 'utf8');
  const spki = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' });
  return {
    origin: `https://${place}`,
    port,
    plainPort,
    certificate,
    chromiumArgs: [
      `--host-resolver-rules=MAP ${NAME} 127.0.0.1`,
      `--ignore-certificate-errors-spki-list=${createHash('sha256').update(spki).digest('base64')}`,
    ],
  };
}
