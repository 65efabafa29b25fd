-- What an application learns of people beside the claims of its scopes: {claim: expression over the attributes of a person}.
alter table gatehouse.oidc_client add column claims jsonb;
