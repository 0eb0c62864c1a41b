"""The one form in which rules compare text, as functions of the database (segments/rules/text.py is their twin).

Answers change with the form, so every segment is built anew; and what was made for the old form goes.
"""

from django.db import migrations

from segments.rules.addresses import ENCODED
from segments.rules.text import BLANKS
from segments.rules.unassigned import write_class

CHECK = """
DO $$ BEGIN
    IF current_setting('server_version_num')::integer < 180000 THEN
        RAISE EXCEPTION 'Carillon needs PostgreSQL 18 or later; this is %. Upgrade the server, then migrate again.',
            current_setting('server_version');
    END IF;
    IF current_setting('server_encoding') <> 'UTF8' THEN
        RAISE EXCEPTION 'Carillon needs a database with the encoding UTF8; this one has %.',
            current_setting('server_encoding');
    END IF;
END $$
"""
BLANKS_SQL = "E'" + "".join(f"\\u{ord(blank):04x}" for blank in BLANKS) + "'"
FORM = 'normalize(casefold(normalize({}, NFD) COLLATE "pg_unicode_fast"), NFC)'
# They cost next to nothing for most texts, which is what the planner is told.
# Bodies in plpgsql name nothing but what PostgreSQL brings, and bodies in SQL are parsed when they are made: no search
# path changes what they mean, as an index or a dump is read back.
LETTERS = f"""
CREATE FUNCTION carillon_fold_letters(written text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1 AS $$
BEGIN
    IF written COLLATE "C" !~ '[{write_class()}]' THEN
        RETURN {FORM.format("written")};
    END IF;
    RETURN (
        SELECT string_agg(
            CASE WHEN run[1] COLLATE "C" ~ '^[{write_class()}]' THEN run[1] ELSE {FORM.format("run[1]")} END,
            '' ORDER BY number)
        FROM regexp_matches(written COLLATE "C", '[{write_class()}]+|[^{write_class()}]+', 'g')
            WITH ORDINALITY AS runs (run, number)
    );
END $$
"""  # noqa: S608  # no part of it comes from outside
HOST = """
CREATE FUNCTION carillon_decode_host(address text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1 AS $$
DECLARE
    parts text[];
    labels text[] := '{}';
    label text;
    coded text;
    letters text;
    decoded text;
    code bigint;
    place bigint;
    bias bigint;
    next_sign integer;
    before bigint;
    weight bigint;
    step bigint;
    digit bigint;
    threshold bigint;
    delta bigint;
    length bigint;
BEGIN
    IF address COLLATE "C" !~* 'xn--' THEN
        RETURN address;
    END IF;
    parts := regexp_match(address COLLATE "C", '^((?:[a-zA-Z][a-zA-Z0-9+.-]*://(?:[^/?#]*@)?)?)([^/?#:]*)(.*)$');
    IF parts IS NULL THEN
        RETURN address;
    END IF;
    FOREACH label IN ARRAY string_to_array(parts[2], '.') LOOP
        decoded := NULL;
        <<decoding>>
        BEGIN
            EXIT decoding WHEN label COLLATE "C" !~ '^[xX][nN]--[a-zA-Z0-9-]{1,59}$';
            letters := lower(substr(label, 5) COLLATE "C");
            coded := substring(letters COLLATE "C" from '[^-]*$');
            EXIT decoding WHEN coded = '';
            letters := left(letters, greatest(char_length(letters) - char_length(coded) - 1, 0));
            code := 128;
            place := 0;
            bias := 72;
            next_sign := 1;
            WHILE next_sign <= char_length(coded) LOOP
                before := place;
                weight := 1;
                step := 36;
                LOOP
                    EXIT decoding WHEN next_sign > char_length(coded);
                    digit := strpos('abcdefghijklmnopqrstuvwxyz0123456789', substr(coded, next_sign, 1)) - 1;
                    next_sign := next_sign + 1;
                    place := place + digit * weight;
                    threshold := least(greatest(step - bias, 1), 26);
                    EXIT WHEN digit < threshold;
                    weight := weight * (36 - threshold);
                    EXIT decoding WHEN place > 2147483647 OR weight > 2147483647;
                    step := step + 36;
                END LOOP;
                length := char_length(letters) + 1;
                delta := (place - before) / CASE WHEN before = 0 THEN 700 ELSE 2 END;
                delta := delta + delta / length;
                bias := 0;
                WHILE delta > 455 LOOP
                    delta := delta / 35;
                    bias := bias + 36;
                END LOOP;
                bias := bias + 36 * delta / (delta + 38);
                code := code + place / length;
                place := place % length;
                EXIT decoding WHEN code > 1114111 OR code BETWEEN 55296 AND 57343;
                letters := left(letters, place::integer) || chr(code::integer) || substr(letters, place::integer + 1);
                place := place + 1;
            END LOOP;
            decoded := letters;
        END decoding;
        labels := labels || coalesce(decoded, label);
    END LOOP;
    RETURN parts[1] || array_to_string(labels, '.') || parts[3];
END $$
"""
PERCENTS = f"""
CREATE FUNCTION carillon_decode_percents(address text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1 AS $$
DECLARE
    parts text[];
BEGIN
    IF strpos(address, '+') > 0 THEN
        parts := regexp_match(address COLLATE "C", '^([^?#]*)([?][^#]*)(.*)$');
        IF parts IS NOT NULL THEN
            address := parts[1] || replace(parts[2], '+', ' ') || parts[3];
        END IF;
    END IF;
    IF strpos(address, '%') = 0 THEN
        RETURN address;
    END IF;
    RETURN (
        SELECT string_agg(
            CASE WHEN char_length(run[1]) > 1 AND starts_with(run[1], '%')
                THEN convert_from(decode(replace(run[1], '%', ''), 'hex'), 'UTF8')
                ELSE run[1]
            END, '' ORDER BY number)
        FROM regexp_matches(address COLLATE "C", '(?:{ENCODED})+|[^%]+|%', 'g') WITH ORDINALITY AS runs (run, number)
    );
END $$
"""  # noqa: S608  # no part of it comes from outside
# STRICT keeps the planner from writing these out.
FOLD_ADDRESS = f"""
CREATE FUNCTION carillon_fold_address(written text) RETURNS text
LANGUAGE sql STRICT IMMUTABLE PARALLEL SAFE COST 1
RETURN CASE
    WHEN written COLLATE "C" !~ '[^ -$&-*,-~]|^ | $|--' THEN lower(written COLLATE "C")
    ELSE carillon_fold_letters(
        btrim(carillon_decode_percents(carillon_decode_host(btrim(written, {BLANKS_SQL}))), {BLANKS_SQL})
    )
END
"""
FOLD_REST = f"""
CREATE FUNCTION carillon_fold_rest(written text) RETURNS text
LANGUAGE sql STRICT IMMUTABLE PARALLEL SAFE COST 1
RETURN CASE
    WHEN btrim(written, {BLANKS_SQL}) COLLATE "C" ~ '^[a-zA-Z][a-zA-Z0-9+.-]*://' THEN carillon_fold_address(written)
    ELSE carillon_fold_letters(btrim(written, {BLANKS_SQL}))
END
"""
# So simple that the planner does write it out in the query: ordinary texts pay for no call.
FOLD = """
CREATE FUNCTION carillon_fold(written text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
RETURN CASE
    WHEN written COLLATE "C" !~ '[^ -~]|^ | $|://' THEN lower(written COLLATE "C")
    ELSE carillon_fold_rest(written)
END
"""
DROP_OLD = """
DO $$
DECLARE made record;
BEGIN
    FOR made IN
        SELECT pg_class.relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
        WHERE indrelid = 'subscribers_subscriber'::regclass AND relname LIKE 'segment\\_index\\_%'
    LOOP
        EXECUTE format('DROP INDEX %I', made.relname);
    END LOOP;
    FOR made IN
        SELECT stxname FROM pg_statistic_ext
        WHERE stxrelid = 'subscribers_subscriber'::regclass AND stxname LIKE 'segment\\_values\\_%'
    LOOP
        EXECUTE format('DROP STATISTICS %I', made.stxname);
    END LOOP;
END $$
"""
OLD = "CREATE COLLATION carillon_text (provider = builtin, locale = 'C.UTF-8')"
# Patterns are tried on each distinct value of a hot property (tracking/hot_properties.py), which is kept in its form.
KEEP = """
ALTER TABLE tracking_propertyvalue ADD COLUMN folded text COLLATE "C" GENERATED ALWAYS AS (
    CASE WHEN jsonb_typeof(value) <> 'string' THEN NULL
         WHEN property = 'url' THEN carillon_fold_address(value #>> '{}')
         ELSE carillon_fold(value #>> '{}') END
) STORED
"""
ASK_EVERYBODY = """
INSERT INTO subscribers_subscriberchange (site_id, topic, subscriber_ids, changed_at)
SELECT id, 'person', NULL, now() FROM subscribers_site
"""
DROP = "".join(
    f"DROP FUNCTION carillon_{name}(text);"
    for name in ("fold", "fold_rest", "fold_address", "decode_percents", "decode_host", "fold_letters")
)


class Migration(migrations.Migration):
    dependencies = [
        ("segments", "0007_order_of_changes"),
        ("subscribers", "0005_live_membership"),
        ("tracking", "0004_hot_properties"),
    ]

    operations = [
        migrations.RunSQL(CHECK, migrations.RunSQL.noop),
        migrations.RunSQL(
            [(each, None) for each in (LETTERS, HOST, PERCENTS, FOLD_ADDRESS, FOLD_REST, FOLD)], DROP
        ),
        migrations.RunSQL([(KEEP, None)], "ALTER TABLE tracking_propertyvalue DROP COLUMN folded"),
        migrations.RunSQL(DROP_OLD, DROP_OLD),
        migrations.RunSQL("DROP COLLATION carillon_text", OLD),
        migrations.RunSQL(ASK_EVERYBODY, ASK_EVERYBODY),
    ]
