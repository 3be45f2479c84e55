-- What the report asks. Each question follows its name; `recent` holds the days of the heat map.

-- name: totals
SELECT (SELECT count(*) FROM articles) AS articles, (SELECT count(*) FROM documents) AS documents,
    (SELECT count(DISTINCT portal) FROM (FROM articles SELECT portal UNION FROM documents SELECT portal)) AS portals,
    (SELECT count(DISTINCT province) FROM (FROM articles SELECT province UNION FROM documents SELECT province))
        AS provinces,
    (SELECT min(published_date) FROM articles) AS first_day, (SELECT max(published_date) FROM articles) AS last_day,
    (SELECT count(*) FROM article_duplicates WHERE position > 1) AS copies,
    (SELECT count(*) FROM article_citations) AS citations;

-- name: by_month
SELECT month, count(*) FILTER (kind = 'a') AS articles, count(*) FILTER (kind = 'd') AS documents
FROM (SELECT month, 'a' AS kind FROM articles UNION ALL SELECT month, 'd' FROM documents) GROUP BY month;

-- name: states
SELECT state, count(*) AS days FROM recent GROUP BY state;

-- name: health
SELECT recent.portal, coalesce(any_value(portals.name), recent.portal) AS name,
    list({'day': day, 'state': state, 'articles': articles, 'documents': documents, 'reason': reason} ORDER BY day)
        AS days,
    arg_max(state, day) AS newest, count(*) FILTER (state IN ('broken', 'blocked')) AS bad
FROM recent LEFT JOIN portals USING (portal) GROUP BY recent.portal
ORDER BY list_position(['broken', 'blocked', 'late', 'not_run', 'ok', 'empty_expected'], newest), bad DESC, recent.portal LIMIT 60;

-- name: topics
WITH counted AS (SELECT topic, month, count(*) AS texts FROM article_topics WHERE rank = 1 GROUP BY topic, month),
most AS (SELECT topic, sum(texts) AS total FROM counted GROUP BY topic ORDER BY total DESC, topic LIMIT 8)
SELECT topic, total::BIGINT AS total, list({'month': month, 'texts': texts} ORDER BY month) AS months
FROM counted JOIN most USING (topic) GROUP BY topic, total ORDER BY total DESC, topic;

-- name: provinces
SELECT province, count(*) FILTER (kind = 'a') AS articles, count(*) FILTER (kind = 'd') AS documents,
    count(DISTINCT portal) AS portals
FROM (SELECT province, portal, 'a' AS kind FROM articles UNION ALL SELECT province, portal, 'd' FROM documents)
GROUP BY province ORDER BY province;

-- name: quality
WITH news AS (
    SELECT portal, count(*) AS articles, avg((title IS NOT NULL)::INT) AS titled,
        avg((published_date IS NOT NULL)::INT) AS dated,
        avg(coalesce(published_precision = 'minute', false)::INT) AS timed, median(n_chars) AS chars,
        avg(coalesce(len(quality_flags) > 0, false)::INT) AS flagged, avg((version > 1)::INT) AS edited,
        count(*) FILTER (gone_at IS NOT NULL) AS gone
    FROM articles GROUP BY portal
), runs AS (SELECT portal, sum(errors) AS errors, median(lag_hours) AS lag FROM recent GROUP BY portal),
twice AS (SELECT portal, count(*) AS copies FROM article_duplicates WHERE position > 1 GROUP BY portal)
SELECT news.*, coalesce(portals.name, portal) AS name, coalesce(errors, 0)::BIGINT AS errors, lag,
    coalesce(copies, 0) AS copies
FROM news LEFT JOIN runs USING (portal) LEFT JOIN twice USING (portal) LEFT JOIN portals USING (portal)
ORDER BY least(titled, dated), errors DESC, timed, portal LIMIT 25;

-- name: cited
SELECT number, count(DISTINCT id) AS texts, count(DISTINCT portal) AS portals,
    count(DISTINCT province) AS provinces
FROM article_citations GROUP BY number ORDER BY texts DESC, number LIMIT 10;

-- name: first
SELECT coalesce(portals.name, first_portal) AS name, count(DISTINCT cluster_id) AS texts,
    count(*) FILTER (position > 1) AS copies, median(lag_hours) FILTER (position > 1) AS lag
FROM article_duplicates AS twice LEFT JOIN portals ON portals.portal = first_portal
WHERE twice.portals > 1 GROUP BY 1 ORDER BY texts DESC, name LIMIT 10;
