/** `npm run presync-params`: computes the sizes of the low-work defence of each network, and says how. */
import { presyncNetworks, sizedUntil } from './presync-networks.mjs';
import { acceptedMax, acceptedMean, headersMax, memoryBits, presyncSize } from './presync-size.mjs';

const help = `Usage: npm run presync-params -- [--until YYYY-MM-DD]

Computes after how many headers a bit is kept in the first pass over a branch, and how many headers wait in the second,
for each network: what packages/protocol/src/families/presync-params.ts holds.

  --until DATE   the sizes shall do until then; default ${dateOf(sizedUntil)}
  --help         this text`;

function dateOf(time) {
  return new Date(time * 1000).toISOString().slice(0, 10);
}

const kB = (bits) => `${Math.ceil(bits / 8000)} kB`;
const number = (value) => Math.round(value).toLocaleString('en');

function explain(name, network, until) {
  const { period, buffer } = presyncSize(network, until);
  const { longest, second } = memoryBits(network, period, buffer, until);
  const shown = network.provenHeaders === 0 ? buffer : network.provenHeaders;
  return `${name}: commitmentPeriod ${period}, bufferHeaders ${buffer}
  The longest branch that can be has ${number(headersMax(network, until))} headers by ${dateOf(until)}: ${network.headersPerSecondMax} a second since ${dateOf(network.startTime)}.
  First pass: a bit for each ${period} of them, ${kB(longest)} at most.
  Second pass: ${buffer} headers of at most ${network.bufferedBytes} bytes, ${kB(second)}; about ${(buffer / period).toFixed(1)} bits follow each header that is let go.
  An attack has to show ${number(shown)} headers first, and then brings in ${acceptedMean(network, period, buffer).toExponential(1)} worthless ones in the mean.
  At most ${acceptedMax(network, buffer).toExponential(1)} are allowed, so that an attack by all of 6 Gbit/s adds 0.2 headers to each ${network.spacingS} s.`;
}

function main(args) {
  const at = args.indexOf('--until');
  const until = at < 0 ? sizedUntil : Date.parse(args[at + 1] ?? '') / 1000;
  const isUsed = args.length === (at < 0 ? 0 : 2);
  if (args.includes('--help')) {
    console.log(help);
    return 0;
  }
  if (!isUsed || !(until > Date.parse('2026-06-01') / 1000)) {
    console.error('--until: must be a date such as 2028-10-10, after 2026-06-01; no other option is known');
    return 2;
  }
  for (const [name, network] of Object.entries(presyncNetworks))
    console.log(`${explain(name, network, until)}\n`);
  return 0;
}

process.exitCode = main(process.argv.slice(2));
