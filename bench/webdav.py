"""nginx with its WebDAV module, as what keeps objects beside S3."""
import subprocess
import time

import rows

CONFIG = """daemon off; worker_processes auto; error_log {0}/error.log; pid {0}/pid; user root;
events {{}}
http {{ access_log off; client_max_body_size 0; client_body_temp_path {0}/incoming; proxy_temp_path {0}/t1;
  fastcgi_temp_path {0}/t2; uwsgi_temp_path {0}/t3; scgi_temp_path {0}/t4; sendfile on; keepalive_requests 1000000;
  server {{ listen 127.0.0.1:{1}; root {0}/files; location / {{ dav_methods PUT; create_full_put_path on; }} }} }}
"""


def start(folder, beside):
    """(process, port) of one that keeps its files in the folder's `files`; (None, None) where there is no nginx, which is skipped by name."""
    if not rows.has("nginx", f"nginx beside {beside}"):
        return None, None
    for name in ("files", "incoming"):
        (folder / name).mkdir()
    port = rows.free_port()
    (folder / "nginx.conf").write_text(CONFIG.format(folder, port))
    process = subprocess.Popen(["nginx", "-c", folder / "nginx.conf"], start_new_session=True)
    time.sleep(0.5)
    return process, port
