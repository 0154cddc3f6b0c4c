/**
 * The certificate of a gateway's direct port. Pages know it by its SHA-256, so it must stay the same over restarts. It names
 * nobody, and no authority signs it: WebRTC compares fingerprints only.
 *
 * @see RFC 5280, section 4.1, for its form; node:crypto makes keys and signatures, and no certificates
 */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto';
import { GatewayError } from '../gateway-error.js';
import { readOrMake } from '../kept-file.js';

/** A certificate with its key, as the WebRTC library takes them. */
export interface Certificate {
  /** PEM. */
  readonly certificate: string;
  /** PEM, PKCS #8. */
  readonly key: string;
  /** SHA-256 of the certificate, 32 bytes. */
  readonly fingerprint: Uint8Array;
}

/** Tags of DER. */
const tags = {
  integer: 0x02,
  bitString: 0x03,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  version: 0xa0,
} as const;

/** ecdsa-with-SHA256, RFC 5758. */
const signatureAlgorithm = Buffer.from('300a06082a8648ce3d040302', 'hex');

/** The attribute type commonName. */
const commonName = Buffer.from('0603550403', 'hex');

/** From any clock on, without an end (RFC 5280, section 4.1.2.5). */
const validity = der(
  'sequence',
  der('utcTime', Buffer.from('200101000000Z')),
  der('generalizedTime', Buffer.from('99991231235959Z')),
);

/** A new certificate, with a new ECDSA key on P-256: every browser takes that, and it makes the shortest handshake. */
export function createCertificate(): Certificate {
  return readCertificate(newCertificateText());
}

/**
 * The certificate in a file (PEM, key and certificate), which is made if it is not there, so that only its owner can read it.
 *
 * @throws {GatewayError} if the file is there and holds no such pair, or cannot be read or made
 */
export async function openCertificate(file: string): Promise<Certificate> {
  try {
    return readCertificate(await readOrMake(file, newCertificateText));
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new GatewayError(`The certificate of the gateway, ${file}, cannot be used: ${cause}`, {
      cause: error,
    });
  }
}

function readCertificate(text: string): Certificate {
  const x509 = new X509Certificate(text);
  const privateKey = createPrivateKey(text);
  if (!x509.checkPrivateKey(privateKey)) throw new TypeError('the key is not that of the certificate');
  const fingerprint = Uint8Array.from(x509.fingerprint256.split(':'), (byte) => Number.parseInt(byte, 16));
  const key = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return { certificate: x509.toString(), key, fingerprint };
}

function newCertificateText(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = der(
    'sequence',
    der('set', der('sequence', commonName, der('utf8String', Buffer.from('vision-light')))),
  );
  // Positive, and in the shortest form, whatever was drawn.
  const serial = Buffer.concat([Buffer.of(0x40), randomBytes(8)]);
  const content = der(
    'sequence',
    der('version', der('integer', Buffer.of(2))),
    der('integer', serial),
    signatureAlgorithm,
    name,
    validity,
    name,
    createPublicKey(privateKey).export({ type: 'spki', format: 'der' }),
  );
  const signature = der('bitString', Buffer.of(0), sign('sha256', content, privateKey));
  const certificate = new X509Certificate(der('sequence', content, signatureAlgorithm, signature));
  return `${privateKey.export({ type: 'pkcs8', format: 'pem' })}${certificate}`;
}

/** One value of DER, of fewer than 65,536 bytes. */
function der(tag: keyof typeof tags, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  let head = [length];
  if (length >= 256) head = [0x82, length >> 8, length & 0xff];
  else if (length >= 128) head = [0x81, length];
  return Buffer.concat([Buffer.of(tags[tag], ...head), content]);
}
