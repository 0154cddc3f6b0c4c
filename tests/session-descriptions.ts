/** Session descriptions of data channels as implementations of WebRTC wrote them, gathered whole, on one machine. */

const texts = {
  chromiumOffer: `v=0
o=- 6039461217083265846 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
a=extmap-allow-mixed
a=msid-semantic: WMS
m=application 9 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 0.0.0.0
a=candidate:719399707 1 udp 2113937151 1208634d-632f-4973-a2d9-295ae025c8e7.local 42282 typ host generation 0 network-cost 999
a=candidate:3783781115 1 udp 2113942271 6aecf470-9b92-4703-a53b-b12e60e2afc5.local 56424 typ host generation 0 network-cost 999
a=ice-ufrag:xZ0e
a=ice-pwd:lRYfqyOSlf/LHIe4Bd3TqLvM
a=ice-options:trickle
a=fingerprint:sha-256 96:C0:3D:B0:F2:79:F5:02:EA:F5:5D:DB:E5:5B:00:C9:B1:B9:B4:50:29:05:02:BA:6A:11:23:83:06:D5:91:D2
a=setup:actpass
a=mid:0
a=sctp-port:5000
a=max-message-size:262144
`,
  chromiumAnswer: `v=0
o=- 3764191971926659340 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
a=extmap-allow-mixed
a=msid-semantic: WMS
m=application 9 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 0.0.0.0
a=candidate:990556552 1 udp 2113937151 1208634d-632f-4973-a2d9-295ae025c8e7.local 59913 typ host generation 0 network-cost 999
a=candidate:1014553912 1 udp 2113942271 6aecf470-9b92-4703-a53b-b12e60e2afc5.local 35702 typ host generation 0 network-cost 999
a=ice-ufrag:4dBr
a=ice-pwd:fjBdp3QFtls3ckOpc+xthO2Y
a=ice-options:trickle
a=fingerprint:sha-256 36:9B:2A:27:E5:6B:18:5C:4F:47:E8:32:83:98:46:8D:CB:B3:89:07:0B:EF:0B:01:19:FB:6B:B4:61:E3:3E:22
a=setup:active
a=mid:0
a=sctp-port:5000
a=max-message-size:262144
`,
  firefoxOffer: `v=0
o=mozilla...THIS_IS_SDPARTA-99.0 3988016776930211356 0 IN IP4 0.0.0.0
s=-
t=0 0
a=sendrecv
a=fingerprint:sha-256 43:B2:D4:9A:ED:40:EC:5F:C9:5E:E0:57:3A:CC:05:21:70:06:B9:25:F1:4B:24:C7:4F:65:12:8D:BD:76:A8:6E
a=group:BUNDLE 0
a=ice-options:trickle
a=msid-semantic:WMS *
m=application 9 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 0.0.0.0
a=candidate:0 1 UDP 2122187007 b1bef54d-3261-453d-a287-1fc75434c3a6.local 54107 typ host
a=candidate:1 1 UDP 2122252543 bc69f0fd-ccf6-4522-967c-1a682e287c9c.local 57738 typ host
a=candidate:2 1 TCP 2105458943 b1bef54d-3261-453d-a287-1fc75434c3a6.local 9 typ host tcptype active
a=candidate:3 1 TCP 2105524479 bc69f0fd-ccf6-4522-967c-1a682e287c9c.local 9 typ host tcptype active
a=sendrecv
a=end-of-candidates
a=ice-pwd:e01949e24bc757bfb0c5da51e293d81d
a=ice-ufrag:9ae1dd50
a=mid:0
a=setup:actpass
a=sctp-port:5000
a=max-message-size:1073741823
`,
  firefoxAnswer: `v=0
o=mozilla...THIS_IS_SDPARTA-99.0 8639294889487471100 0 IN IP4 0.0.0.0
s=-
t=0 0
a=sendrecv
a=fingerprint:sha-256 4B:DE:7B:8B:6F:BC:45:7F:9F:4C:E3:19:C8:63:AE:39:87:39:55:E3:B2:6A:07:BD:07:1D:94:F7:B1:7A:9F:53
a=group:BUNDLE 0
a=ice-options:trickle
a=msid-semantic:WMS *
m=application 9 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 0.0.0.0
a=candidate:0 1 UDP 2122187007 e18c64d0-e7dc-45bc-bea1-04c9917dcc74.local 35788 typ host
a=candidate:1 1 UDP 2122252543 3bbd2feb-61e1-4757-9d99-0752ecc7ca6e.local 47173 typ host
a=candidate:2 1 TCP 2105458943 e18c64d0-e7dc-45bc-bea1-04c9917dcc74.local 9 typ host tcptype active
a=candidate:3 1 TCP 2105524479 3bbd2feb-61e1-4757-9d99-0752ecc7ca6e.local 9 typ host tcptype active
a=sendrecv
a=end-of-candidates
a=ice-pwd:1bf9c7dba3cf8f09b8095fc943d1c672
a=ice-ufrag:a9c21585
a=mid:0
a=setup:active
a=sctp-port:5000
a=max-message-size:1073741823
`,
  nodeOffer: `v=0
o=rtc 4104773544 0 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
a=msid-semantic:WMS *
a=ice-options:ice2,trickle
a=fingerprint:sha-256 46:DF:1D:3E:57:C6:38:61:F7:0D:14:16:E0:FE:3A:F5:85:9D:31:E9:F0:1A:C1:36:EE:F9:E9:A3:AC:DE:AA:D8
m=application 54145 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 192.0.2.2
a=mid:0
a=sendrecv
a=sctp-port:5000
a=max-message-size:262144
a=setup:actpass
a=ice-ufrag:nCZl
a=ice-pwd:RStcsQjOC9qWfMDVzqoryL
a=candidate:2 1 UDP 2116026111 fd00::2 54145 typ host
a=candidate:1 1 UDP 2114977791 192.0.2.2 54145 typ host
a=candidate:3 1 TCP 1289747967 fd00::2 9 typ host tcptype active
a=candidate:4 1 TCP 1288699135 192.0.2.2 9 typ host tcptype active
a=end-of-candidates
`,
  nodeAnswer: `v=0
o=rtc 3695935759 0 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
a=msid-semantic:WMS *
a=ice-options:ice2,trickle
a=fingerprint:sha-256 3E:2D:41:BA:43:D7:80:5F:2D:15:DC:B4:DA:6D:93:E1:FD:27:52:FF:EE:8F:9C:9D:EE:0E:CD:12:7F:6B:6A:ED
m=application 51189 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 192.0.2.2
a=mid:0
a=sendrecv
a=sctp-port:5000
a=max-message-size:262144
a=setup:active
a=ice-ufrag:DEQK
a=ice-pwd:I2gLmFffOZi8WrNM0tb1ri
a=candidate:2 1 UDP 2116026111 fd00::2 51189 typ host
a=candidate:1 1 UDP 2114977791 192.0.2.2 51189 typ host
a=end-of-candidates
`,
} as const;

type Name = keyof typeof texts;

/** A description by its name, with the line ends that it had. */
export function realDescription(name: Name): { readonly type: 'offer' | 'answer'; readonly sdp: string } {
  return { type: name.endsWith('Offer') ? 'offer' : 'answer', sdp: texts[name].replaceAll('\n', '\r\n') };
}

/** The names of all of them. */
export const realDescriptionNames = Object.keys(texts) as readonly Name[];
