-- What the planner cannot guess: how many attributes have a name, in whatever case. Without it, a filter by a custom
-- attribute is taken to find nobody, and a sorted page of it reads everyone who has the value.
create statistics public.user_attributes_lower_name on (lower(name)) from public.user_attributes;
create statistics public.login_attribute_lower_name on (lower(name)) from public.login_attribute;
create statistics public.company_attribute_lower_name on (lower(name)) from public.company_attribute;
