"""Stand-in for the official tls provider: PrivateKey, CertRequest, SelfSignedCert, LocallySignedCert."""
