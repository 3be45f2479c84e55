"""Scrapy settings: every deviation from Scrapy's default, with its reason. A job may override any of them."""

BOT_NAME = "tintinh"
SPIDER_MODULES: list[str] = []  # the spider is named by SPIDER below, there is nothing to search
SPIDER = "crawlers.spider.PortalSpider"
COMMANDS_MODULE = "crawlers.commands"  # scrapy portal new, scrapy portal check

# Two requests at a time, one pace a host, over all crawls that share the archive: crawlers.budget keeps both.
# CONCURRENT_REQUESTS too: a graceful stop waits for everything in flight. DOWNLOAD_DELAY is the portal's own, see
# crawlers.run; Scrapy's jitter would go below it.
CONCURRENT_REQUESTS = 2
CONCURRENT_REQUESTS_PER_DOMAIN = 2
DOWNLOAD_DELAY_JITTER = 0
CONCURRENT_ITEMS = 1  # the spider yields requests, no items: 100 idle tasks for each answer cost a third of the time
WARN_ON_GENERATOR_RETURN_VALUE = False  # parses the source of callbacks while crawling; the type checker looks before
DOWNLOAD_TIMEOUT = 60  # seconds for a whole answer; 180 would keep a stop waiting
RATE_WINDOW = 15  # seconds in which an answer that has begun must bring at least RATE_MIN bytes a second
RATE_MIN = 50
DNS_TIMEOUT = 20  # seconds
ROBOTSTXT_OBEY = True
ROBOTS_MAXSIZE = 500 << 10  # bytes of a robots.txt that are read, by RFC 9309
CRAWL_DELAY_MAX = 30  # seconds that a robots.txt may ask for between requests; Scrapy itself ignores Crawl-delay

# Scrapy believes any certificate. crawlers.run sets this by the portal's verify_certificate, docs/decisions/0009.
DOWNLOAD_VERIFY_CERTIFICATES = True

DOWNLOAD_HANDLERS = {
    "http": "crawlers.transport.CarefulHandler",
    "https": "crawlers.transport.CarefulHandler",
    **dict.fromkeys(("data", "file", "ftp", "s3")),  # nothing but the web
}

# Remote control and telnet execute Python sent to a local port.
REMOTE_CONTROL_ENABLED = False
TELNETCONSOLE_ENABLED = False

# Bytes. Pages, files and sitemaps, raw and unpacked. A page becomes a tree of forty
# times its size, and the process of a crawl must stay below 300 MB; see benchmarks.hostile.
PAGE_MAXSIZE = 5 << 20
FILE_MAXSIZE = 64 << 20
UNPACKED_MAXSIZE = 8 << 20  # of a sitemap: 50,000 entries, as many as it may have
TAGS_MOST = 350_000  # of a page; the largest real ones have some ten thousand
HEAD_MAXSIZE = 128 << 10  # status line and headers
DOWNLOAD_MAXSIZE = FILE_MAXSIZE  # for requests that crawlers.guards does not see
DOWNLOAD_WARNSIZE = 0  # the outcome says it

HTTPERROR_ALLOW_ALL = True  # 404 and 500 are outcomes that the spider records
METAREFRESH_ENABLED = False  # pages that reload themselves are no redirects; stubs are recognised as such
REDIRECT_MAX_TIMES = 10  # 20 is more than any real chain needs
REFERER_ENABLED = True
COOKIES_ENABLED = True  # some portals set a cookie and redirect to the same page

RETRY_TIMES = 2
RETRY_GIVE_UP_LOG_LEVEL = "DEBUG"  # the outcome says it
RETRY_AFTER_MAX = 120  # seconds that a portal's Retry-After is waited for; beyond, the page is given up after them
RETRY_BACKOFF = 2.0  # seconds before the first retry without Retry-After, doubled for each further one

SPIDER_MIDDLEWARES: dict[str, int | None] = {}
DOWNLOADER_MIDDLEWARES = {
    "crawlers.guards.AddressGuard": 50,  # before robots.txt: a forbidden host is not even asked for it
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,  # drops silently; the guard records
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "crawlers.robots.RobotsRules": 100,  # a robots.txt that cannot be read forbids everything
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "crawlers.guards.PatientRetry": 550,  # knows Retry-After
    "crawlers.limits.TagLimit": 585,  # above HttpCompression: counts what is unpacked
    "crawlers.limits.SizeLimits": 595,  # below HttpCompression: limits before and after unpacking differ
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "crawlers.guards.CountedRedirects": 600,  # a loop is an outcome, not a filtered duplicate
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,
    "crawlers.limits.BoundedCookies": 700,  # Scrapy keeps any number
}
TWISTED_DNS_RESOLVER = "crawlers.addresses.GuardedResolver"  # no name leads into a private network

EXTENSIONS = {
    "scrapy.extensions.logstats.LogStats": None,  # the recorder logs progress
    "scrapy.extensions.memusage.MemoryUsage": None,
}

LOG_INSTALL_ROOT_HANDLER = False  # crawlers.run has its own

# The crawl's process (crawlers.run).
LOCK_WAIT = 60  # seconds that a predecessor may still need to wind down
STOP_GRACE = 20  # seconds from SIGTERM to the hard end
PROGRESS_EVERY = 1.0  # seconds between writings of progress.json
LOG_EVERY = 10.0  # seconds between progress lines in the log
