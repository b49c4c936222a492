const keyFiles: readonly RegExp[] = [
  /^\.env(\.(?!(example|sample|template|dist|defaults?|schema|test)$)[\w-]+)?$/,
  /^id_(rsa|dsa|ecdsa|ed25519)$/,
  /\.(p12|pfx|jks|keystore|kdbx|ppk|p8|ovpn)$/,
  /^(\.netrc|_netrc|\.pgpass|\.htpasswd|\.git-credentials|\.dockercfg|\.vault-token)$/,
  /^(service[-_]?account.*|client_secret.*|application_default_credentials)\.json$/,
];

/** Whether files of that name are made to hold credentials, whatever this one holds. */
export function isKeyFile(path: string): boolean {
  const name = (path.split('/').at(-1) ?? '').toLowerCase();
  return keyFiles.some((pattern) => pattern.test(name));
}
