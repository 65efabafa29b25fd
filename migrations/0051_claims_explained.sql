comment on column gatehouse.oidc_client.claims is 'What it learns of people beside the claims of its scopes: by the name of the claim, what that is made of.';
