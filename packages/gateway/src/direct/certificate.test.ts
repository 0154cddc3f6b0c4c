import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { GatewayError } from '../gateway-error.js';
import { createCertificate, openCertificate } from './certificate.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'certificate-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('makes certificates that are signed by their own key and valid for as long as a gateway may run', () => {
  // Serial numbers, keys and signatures differ in length and sign.
  for (let i = 0; i < 50; i++) {
    const { certificate, fingerprint } = createCertificate();
    const x509 = new X509Certificate(certificate);
    expect(x509.verify(x509.publicKey)).toBe(true);
    expect(x509.subject).toBe('CN=vision-light');
    expect(x509.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    expect([x509.validFrom, x509.validTo]).toEqual(['Jan  1 00:00:00 2020 GMT', 'Dec 31 23:59:59 9999 GMT']);
    expect(Buffer.from(fingerprint).toString('hex')).toBe(
      x509.fingerprint256.replaceAll(':', '').toLowerCase(),
    );
  }
});

it('keeps a certificate in a file that only its owner can read', async () => {
  const file = path.join(folder, 'new', 'certificate.pem');
  const first = await openCertificate(file);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await openCertificate(file)).toEqual(first);
  expect(await openCertificate(path.join(folder, 'other.pem'))).not.toEqual(first);
});

it('refuses a file with no certificate, no key, or the key of another', async () => {
  const file = path.join(folder, 'certificate.pem');
  await openCertificate(file);
  const text = await readFile(file, 'utf8');
  const certificate = text.slice(text.indexOf('-----BEGIN CERTIFICATE'));
  const other = createCertificate();
  for (const bad of ['', certificate, other.key, `${other.key}${certificate}`]) {
    await writeFile(file, bad);
    await expect(openCertificate(file)).rejects.toThrow(GatewayError);
  }
});
