/**
 * What the page may load, run and connect to. The built page states it in a `<meta>` element, the server in a header, and
 * ops/nginx/page-headers.conf repeats that header; a test compares the two. Whatever is not named here, the browser refuses.
 */
import { createHash } from 'node:crypto';

/** Directives that are the same wherever the page is served, each with what it is needed for. */
const pageDirectives = {
  'default-src': "'none'",
  // Scripts of this place alone. wasm-unsafe-eval: the hash kernels.
  'script-src': "'self' 'wasm-unsafe-eval'",
  // The library carries the script of its workers within itself, and starts them from a blob. They inherit this policy.
  'worker-src': 'blob:',
  'style-src': "'self'",
  // The icon.
  'img-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  // No text becomes a script, but the address of a worker, which the library makes.
  'require-trusted-types-for': "'script'",
  'trusted-types': 'vision-light',
};

/** A policy in the form of the header. @param {Record<string, string>} directives */
const written = (directives) =>
  Object.entries(directives)
    .map(([name, value]) => `${name} ${value}`)
    .join('; ');

/**
 * The policy that is built into the page. It does not know yet which signaling servers `config.json` or the address bar will
 * name, so it lets the page connect to any. A server that knows them states {@link pageHeaders} besides, and both hold.
 */
export const builtInPolicy = written({ ...pageDirectives, 'connect-src': "'self' http: https: ws: wss:" });

/** Headers of every answer, whatever is in it. */
const commonHeaders = {
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

/**
 * The headers of the page and its files.
 *
 * @param {readonly string[]} connect  sources that the page may connect to besides its own place, of {@link signalSources}
 * @returns {Record<string, string>}
 */
export function pageHeaders(connect) {
  return {
    'Content-Security-Policy': written({
      ...pageDirectives,
      'connect-src': ["'self'", ...connect].join(' '),
      // A `<meta>` element cannot say this.
      'frame-ancestors': "'none'",
    }),
    // The camera reads invitations from QR codes.
    'Permissions-Policy': 'camera=(self), microphone=(), geolocation=(), display-capture=()',
    ...commonHeaders,
  };
}

/** What a policy can name: other characters are in no host name, and a semicolon would begin another directive. */
const hostPattern = /^[a-z0-9.-]+(:\d{1,5})?$/;

/**
 * The sources of a policy that let the page reach signaling servers.
 *
 * @param {readonly string[]} signal  addresses as in `config.json`: of http(s) or ws(s), or `:8081`
 * @param {string} host  of the page, without its port; `:8081` is a port of it
 * @returns {string[]} none for an address that is none
 */
export function signalSources(signal, host) {
  const sources = signal.flatMap((text) => {
    const address = /^:\d{1,5}$/.test(text.trim()) ? `http://${host}${text.trim()}` : text.trim();
    if (!URL.canParse(address)) return [];
    const { protocol, host: place, port } = new URL(address);
    const isSecure = protocol === 'https:' || protocol === 'wss:';
    if (!isSecure && protocol !== 'http:' && protocol !== 'ws:') return [];
    const scheme = isSecure ? 'wss' : 'ws';
    if (hostPattern.test(place)) return [`${scheme}://${place}`];
    // A policy cannot name an IPv6 address, only a port of any host.
    return place.startsWith('[') ? [`${scheme}://*${port === '' ? '' : `:${port}`}`] : [];
  });
  return [...new Set(sources)];
}

/**
 * The headers of a page of the API documentation. typedoc writes a script and styles into each page; of scripts only these
 * texts run.
 *
 * @param {string} html  empty for other files
 * @returns {Record<string, string>}
 */
export function docsHeaders(html) {
  const scripts = [...html.matchAll(/<script>(.*?)<\/script>/gs)].map(
    ([, text]) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`,
  );
  return {
    'Content-Security-Policy': written({
      'default-src': "'none'",
      'script-src': ["'self'", ...new Set(scripts)].join(' '),
      'style-src': "'self' 'unsafe-inline'",
      'img-src': "'self' data:",
      // It reads its index of words from a data: address.
      'connect-src': "'self' data:",
      'base-uri': "'none'",
      'form-action': "'none'",
      'frame-ancestors': "'none'",
    }),
    ...commonHeaders,
  };
}
