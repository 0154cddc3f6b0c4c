/**
 * The checkpoints that ship with the code: what `npm run checkpoint` makes of the real headers, which a test does again. They
 * are at heights at which a period of the difficulty begins, since the window is short there.
 */
export const bitcoinCheckpoints = {
  'bitcoin-mainnet': {
    version: 1,
    network: 'bitcoin-mainnet',
    height: 32256,
    hash: '000000004f2886a170adb7204cb0c7a824217dd24d11a74423d564c4e0904967',
    chainwork: '138545659653586',
    window:
      'AQAAAGRneELTF9303LbdYVE32m45wJGJvn77w1QY1vIAAAAAF6AK0lnOlOwj8NIg0BCirZSObZZV0blQ1/wTJ1OhVop91TpL//8AHRMV9ggBAAAA04YQFsb+ocbjq2GEgtpiYqPxbhpClfxNmd3RAgAAAAC0VyHddA2wXthCz7AS3sGAg1CLhR0c5sKBtOAR2EPpas3fOkv//wAd3dYzLwEAAABi9IHTrHbARkgAwSsypySqBbha77c18QRAfHZDAAAAAEt6bhXwMxwWGdc51d2/7cECCLCcfkRUOn+EUKbLEwSdV+A6S///AB3q2oUCAQAAAN4HsPYrqCZisj+SCoQp8BlzEEOv+heBnksj3NQAAAAAm+04aK7mbxur0KztMOo8QnImXpAydYtltvn/UJYP84S24DpL//8AHai+sAEBAAAAv+6r1Ufrb8j6QVJyUDDYyg4DzgP5EnAGAfo60gAAAAAM/BwGDupDmUf7ULnwgu9ib2ZgjNMrLJNgTowFyqvalvHhOkv//wAdWmYfAgEAAAAZF5zw/o7311HgB8Ed2Al9d9UtEm8a/qnH+DEpAAAAADxef9A5SLTkE8aby/YgjUB5ENnT4L3eZcVy1G4UtSbxRuI6S///AB2eNpoBAQAAAKkKAbEkqkqyoxkjUR4TiTmkBTpfPyvnGG6CDTYAAAAA+24+0RjtxhcaLlCoSEunwz/mvW77SekLi30LDqXoALhi4jpL//8AHW22nQABAAAALV1/Sk2tFvkuS1nRkD80zGrPQCVPZHGPMrJePQAAAADCpjDb/v1aVak505OI0dqtH/LKIt5Z3f0UZLSU5hrLBBDpOkv//wAd48OMHgEAAABnKuQF/bnk8qN/+mYKMo4Tj6CKmseumTgq7icOAAAAADQv7a4tcpdVUqwHl1VoF9EQBuwyLiv5fOiPkcrzlSV5T+k6S///AB2UKCQBAQAAAEnB2qs7ZTb/GyYzw6MWpuBuwodnbN7sTKe6rmsAAAAArBCza481SzNTIH3hWUCl7bwFu4Nkr3W0tUCeeCPytIkj7DpL//8AHb1fpBIBAAAASwNg2DSjMOx4M+MOH1I+4FoHkzYeKac0IZZPmAAAAAAntkoCCvKU6QP+7ZN2hwUzaiAJBhKgQ/R69GKi9eW1ZPjuOktq2AAd06Q3Bw==',
    root: 'a544db7439386b1a7b2b5610a4a19e77bb667ba4894ecbcd742b2ff62f7250f3',
  },
  'bitcoin-testnet3': {
    version: 1,
    network: 'bitcoin-testnet3',
    height: 8064,
    hash: '00000000118da1e2165a19307b86f87eba814845e8a0f99734dce279ca3fb029',
    chainwork: '188178273512229',
    window:
      'AQAAAL7ljkILhNn0m8z9k6eGYyXkTMdCgAAAVcel2wgAAAAA+oSnaLjzFnLS85L54yZH4C1zUkNVQij+4RJi8e0TnqNIBcNP8P8PHAii+1UBAAAAcINymH94uKPjtNb6tcpUAAjH9hvYf/miU/H0DwAAAAB2oWSzLkG5WNwBVt0Q6rfk5vXxP6Dmjh9H5kjviwyhqEgFw0/w/w8cAeA8cwEAAAAeRHVRjhW01ZxWMojOrJ0gARc/1ikhHkrv2F8BAAAAAMhL5yWECcekpvfPA4bC3brKknM3fzisqlNxEfxEz9t+SAXDT/D/DxwDCVRSAQAAAMiRZ6bSwjRCpYG5157hcreBmglZQIgRWdANKAIAAAAArpN0Bs2Zng69fQpHmAn72IyZkzYCEIZuzhweHbBBVfhJBcNP8P8PHCLjXv8BAAAANRIjjqSSOrq8UVegAe94k/CP5McZLXF0QxtiBgAAAACbndxwP1FJleQt1COmh1NslieHAgz4pfh9kwc1My8NlkkFw0/w/w8cC5/diQEAAABSoZSCI+c6MC7BkJKYHNXoHvZnxUKaxughesUEAAAAAIcjEQjvNROq3ak2QrlwUgKjgepF9Z0I8Tczp4Z7OqLJSQXDT/D/DxwGt/VpAQAAAC+igLtUlOa7vY3VtTK/h5wn+ia+zaJz1k+5NwkAAAAAxtdVDMs8MC+mT6khc7mj5mg5Ch16bKRuSZt5inTRhrlJBcNP8P8PHAB8WMABAAAA6UsjjPDkWoILNxXItpgvziaMLs34TH02SD1oCAAAAAAZDRuWxXFmINQc5U8C/rMlCkJmYMLXa0ApKYVcBQg4ukkFw0/w/w8cExLCxwEAAACWcRmPyaPzCHjD3VV63BYK0tFF5UhkiymAxrULAAAAAJfp4XgQGK/yZCI0uhpNNN/+Ym8jKRU3GDokG/EAxqN9+9cMUP//AB0DOCXvAQAAAAGOnaMkLoQlbCYFBl55JBgQkVJEoxAVuNnpPWIAAAAA0+u3IA9ERRK388mDIk7SnbHkNPbVuQ4TCodPzMQPHU/71wxQ8P8PHAEcSusBAAAA1b6Iaquv9+x6SNZ8vvKHIoIZKJ4rBEbyeZycCgAAAAAURbhqiDrN23mwxWandQyj8f8mReIb+7e+ax/Ji+jlOEoFw0/A/z8cETNtWw==',
    root: 'fe92e3d4cce51826ef09623a303256ff0ec77da1f1dae9a45911ece4bee33ebc',
  },
} as const;
