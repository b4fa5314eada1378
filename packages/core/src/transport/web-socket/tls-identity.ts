/**
 * What TLS needs of the options of a socket: the key and the certificate of a server, and whom a client trusts.
 *
 * Checked when an endpoint is bound or connected, so that a wrong PEM is an error of that call and not of a peer. TLS is loaded by
 * the first of these calls: most programs need none.
 */
import { isIP } from "node:net";
import type { ConnectionOptions, SecureContext, SecureContextOptions } from "node:tls";
import { ZmqError } from "../../errors.ts";
import type { SocketOptions } from "../../option/options.ts";

function contextOf(options: SecureContextOptions, names: string): SecureContext {
	try {
		return process.getBuiltinModule("node:tls").createSecureContext(options);
	} catch (cause) {
		throw new ZmqError("EINVAL", `${names} cannot be used: ${(cause as Error).message}`, { cause });
	}
}

/** A list of certificates that holds none is taken for an empty one by TLS. */
function checkCertificate(pem: string): void {
	try {
		new (process.getBuiltinModule("node:crypto").X509Certificate)(pem);
	} catch (cause) {
		throw new ZmqError("EINVAL", `wssTrustPem cannot be used: ${(cause as Error).message}`, { cause });
	}
}

/** For the side that binds. `identity` is equal for equal keys and certificates. @throws ZmqError EINVAL */
export function serverIdentity(options: Readonly<SocketOptions>): { tls: { key: string; cert: string }; identity: string } {
	const { wssKeyPem, wssCertPem } = options;
	if (wssKeyPem === null || wssCertPem === null)
		throw new ZmqError("EINVAL", "A wss bind needs the options wssKeyPem and wssCertPem: the private key and the certificate, as PEM");
	contextOf({ key: wssKeyPem, cert: wssCertPem }, "wssKeyPem and wssCertPem");
	return { tls: { key: wssKeyPem, cert: wssCertPem }, identity: `${wssKeyPem}\n${wssCertPem}` };
}

/** For the side that connects to this host. @throws ZmqError EINVAL */
export function clientTrust(host: string, options: Readonly<SocketOptions>): ConnectionOptions {
	const { wssTrustPem, wssTrustSystem, wssHostname } = options;
	if (wssTrustPem === null && !wssTrustSystem)
		throw new ZmqError("EINVAL", "A wss connect needs to know whom to trust: set wssTrustPem to certificates, or wssTrustSystem to true");
	if (wssTrustPem !== null) checkCertificate(wssTrustPem);
	const { checkServerIdentity, rootCertificates } = process.getBuiltinModule("node:tls");
	// Without a list Node takes its own.
	const ca = wssTrustPem === null ? {} : { ca: wssTrustSystem ? [wssTrustPem, ...rootCertificates] : [wssTrustPem] };
	const name = wssHostname ?? host;
	return {
		secureContext: contextOf(ca, "wssTrustPem"),
		rejectUnauthorized: true,
		ALPNProtocols: ["http/1.1"],
		checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
		// An IP address cannot be asked for by name; the certificate is checked against it all the same.
		...(isIP(name) === 0 && { servername: name }),
	};
}
