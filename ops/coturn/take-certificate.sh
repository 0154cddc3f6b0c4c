#!/bin/sh
# Gives coturn the certificate, which is root's alone, and has both servers use it. certbot calls this after each renewal:
# /etc/letsencrypt/renewal-hooks/deploy/vision-light. RENEWED_LINEAGE is the folder of the certificate.
set -eu
install --directory --mode 755 /etc/coturn
for part in fullchain privkey; do
    install --owner turnserver --group turnserver --mode 400 "$RENEWED_LINEAGE/$part.pem" "/etc/coturn/$part.pem"
done
systemctl reload nginx
# coturn reads its certificate anew, and keeps what it relays.
systemctl kill --signal=USR2 coturn || true
