/** What names a tenant: it stands in the ledger, in reports and in headers. */
export const TENANT_ID = /^[A-Za-z0-9._-]{1,64}$/;
export const TENANT_ID_EXPECTED = 'a name of letters, digits, ".", "_" and "-", at most 64';
