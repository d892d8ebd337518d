#include "main/cli/task/network_kit.h"

#include <fmt/format.h>

#include <vector>

#include "main/cli/control.h"
#include "os/files.h"
#include "os/process.h"

namespace hanbat::cli::task {
namespace fs = std::filesystem;

namespace {

constexpr const char* kSystemAuthorities = "/etc/ssl/certs/ca-certificates.crt";
/// How known_hosts calls the region's SSH server (host/ssh/ssh_config.h).
constexpr const char* kSshServer = "git-codecommit.hanbat";

std::string registry_of(const Entry& entry, const NetworkKit& network) {
  return fmt::format("{}.dkr.ecr.{}.{}", entry.account, entry.region, network.setting.authority());
}

/// @KIT@ stands for the kit's folder, which ssh wants to know; credentials.sh fills it in.
std::string ssh_template(const NetworkKit& network) {
  std::string out = fmt::format(
      "Host jump git-codecommit.*.amazonaws.com git-codecommit.*.{0}\n"
      "  HostName {0}\n  Port {1}\n  User {2}\n  IdentityFile \"@KIT@/ssh/key\"\n  IdentitiesOnly yes\n"
      "  HostKeyAlias {3}\n  CheckHostIP no\n  UserKnownHostsFile \"@KIT@/ssh/known_hosts\"\n"
      "Host {4}\n  ProxyJump jump\n  User ec2-user\n  StrictHostKeyChecking accept-new\n"
      "  UserKnownHostsFile \"@KIT@/ssh/known_instances\"\n",
      network.setting.name, network.setting.ssh_port, network.ssh_key_id, kSshServer, network.public_range);
  if (!network.key_pair.empty()) out += fmt::format("  IdentityFile \"@KIT@/{}\"\n", network.key_pair);
  return out + "Match all\n  Include ~/.ssh/config\n";
}

std::string hosts_of(const Entry& entry, const NetworkKit& network) {
  const auto& [address, port, ssh_port, name] = network.setting;
  std::string out;
  for (const std::string& each : {name, "s3." + name, fmt::format("git-codecommit.{}.{}", entry.region, name),
                                  fmt::format("{}.dkr.ecr.{}.{}", entry.account, entry.region, name)})
    out += fmt::format("{}\t{}\n", address, each);
  return out;
}

std::string words(const Entry& entry, const NetworkKit& network, const std::string& language) {
  const std::string registry = registry_of(entry, network), name = network.setting.name;
  const std::string lines = fmt::format(
      "  . ./credentials.sh\n  aws sts get-caller-identity\n"
      "  git clone https://git-codecommit.{0}.amazonaws.com/v1/repos/NAME\n"
      "  aws ecr get-login-password | docker login -u AWS --password-stdin {1}\n"
      "  docker push {1}/NAME:TAG\n"
      "  curl \"$(balancer_url DNS-NAME)\"\n"
      "  ssh -F \"$HANBAT_SSH\" PUBLIC-ADDRESS\n"
      "  ssh -F \"$HANBAT_SSH\" -N -L 8443:PUBLIC-ADDRESS:443 jump\n",
      entry.region, registry);
  if (language == "ko")
    return fmt::format(
        "내 컴퓨터에서 접속하기 (리전 {0}, 계정 {1})\n\n"
        "1. 이름: {2} 과 *.{2} 이 {3} 을 가리켜야 합니다. 교실 DNS에 없으면 hosts 파일의 줄을 /etc/hosts "
        "(Windows: C:\\Windows\\System32\\drivers\\etc\\hosts)에 추가하십시오. 로드 밸런서의 이름도 같은 주소로 "
        "추가합니다.\n"
        "2. 이 폴더에서 bash 또는 zsh를 열고 다음을 사용합니다.\n\n{4}\n"
        "   balancer_url은 AWS가 알려 준 DNS 이름을 이곳의 주소로 바꿉니다. 로드 밸런서의 80번 HTTP 리스너에 HTTPS로 "
        "접속됩니다.\n"
        "   다른 포트와 443번 리스너는 마지막 줄처럼 jump를 거쳐 접속합니다.\n"
        "3. docker는 인증서를 알아야 합니다: sudo cp -r docker/certs.d /etc/docker/\n"
        "   podman과 skopeo: --cert-dir \"docker/certs.d/{5}\"\n"
        "4. 브라우저: ca.pem을 신뢰하는 인증 기관으로 추가합니다.\n\n"
        "SSH는 자신의 계정에 있는 공인 IP 주소로만 연결됩니다. 인스턴스를 새로 만들었다면 연결을 새로 여십시오. "
        "인스턴스에서 보이는 접속자의 주소는 AWS 엔드포인트의 주소이므로 보안 그룹의 원본을 내 컴퓨터의 주소로 "
        "제한하면 "
        "접속되지 않습니다.\n"
        "요청이 너무 많으면 AWS처럼 ThrottlingException, RequestLimitExceeded, SlowDown으로 거부됩니다.\n"
        "이 폴더의 키는 본인만의 것입니다. 다른 사람에게 보여 주지 마십시오.\n",
        entry.region, entry.account, name, network.setting.address, lines, registry);
  return fmt::format(
      "From your own machine (region {0}, account {1})\n\n"
      "1. Names: {2} and *.{2} have to lead to {3}. Where the class's DNS does not say so, put the lines of the file "
      "hosts\n   into /etc/hosts (Windows: C:\\Windows\\System32\\drivers\\etc\\hosts), and your load balancers' names "
      "with the same address.\n"
      "2. In this folder, in bash or zsh:\n\n{4}\n"
      "   balancer_url makes the address here of the DNS name that AWS's API tells. By HTTPS it reaches the balancer's "
      "HTTP listener at port 80.\n   Other ports, and listeners at 443, go by jump, as in the last line.\n"
      "3. docker has to know the certificate: sudo cp -r docker/certs.d /etc/docker/\n"
      "   podman and skopeo: --cert-dir \"docker/certs.d/{5}\"\n"
      "4. A browser: take ca.pem for an authority that you trust.\n\n"
      "SSH leads to the public addresses of your own account alone. After a new instance, open a new connection. An "
      "instance sees\nthe address of AWS's endpoints, so a security group whose source is your machine's own address "
      "lets "
      "nobody in.\n"
      "Who asks too often is refused as AWS does it: ThrottlingException, RequestLimitExceeded, SlowDown.\n"
      "The keys in this folder are yours alone: show them to nobody.\n",
      entry.region, entry.account, name, network.setting.address, lines, registry);
}

/// The region's CA, and where the operator brought a certificate, also whom this machine trusts: the tools take one
/// file instead of their own.
std::string authorities(const Home& home) {
  std::string all = read_file((home.root / "ca" / "ca.pem").string());
  if (host::find_own_certificate(home.root)) all += find_file(kSystemAuthorities).value_or("");
  return all;
}

}  // namespace

std::string make_ssh_key(const fs::path& folder, RegionApi& owner) {
  const std::string key = (folder / "work" / "ssh-key").string(), id_file = key + ".id";
  if (const auto id = find_file(id_file)) return *id;
  make_folders((folder / "work").string(), 0700);
  // IAM takes RSA alone, as AWS's does.
  if (!path_exists(key + ".pub"))
    run_checked({"ssh-keygen", "-q", "-t", "rsa", "-b", "3072", "-N", "", "-C", "competitor", "-f", key});
  const std::string line = read_file(key + ".pub");
  std::string id;
  try {
    id = xml_text(owner.query("iam", "UploadSSHPublicKey", {{"UserName", "competitor"}, {"SSHPublicKeyBody", line}}),
                  "SSHPublicKeyId");
  } catch (const ApiError& error) {
    if (error.code != "DuplicateSSHPublicKey") throw;
    // It was brought and not written down. The competitor may have others: a new one is made next time.
    for (const char* part : {"", ".pub"}) remove_tree(key + part);
    throw Failure("the competitor's SSH key was cut short; do it again");
  }
  write_file_atomic(id_file, id, 0600);
  return id;
}

std::string network_shell_lines(const Entry& entry, const NetworkKit& network) {
  const std::string& name = network.setting.name;
  const std::string git = fmt::format("https://git-codecommit.{}.{}/", entry.region, network.setting.authority());
  const std::string aws = fmt::format("git-codecommit.{}.amazonaws.com", entry.region);
  std::string lines = fmt::format(
      "# To be read by bash or zsh: . ./credentials.sh\n"
      "HANBAT_KIT=$(cd \"$(dirname \"${{BASH_SOURCE:-$0}}\")\" && pwd)\n"
      "unset AWS_PROFILE AWS_SESSION_TOKEN\n"
      "export AWS_ENDPOINT_URL=https://{0} AWS_ENDPOINT_URL_S3=https://s3.{0}\n"
      "export AWS_REGION={1} AWS_DEFAULT_REGION={1}\n"
      "export AWS_ACCESS_KEY_ID={2} AWS_SECRET_ACCESS_KEY={3}\n"
      "export AWS_CONFIG_FILE=\"$HANBAT_KIT/aws/config\" AWS_CA_BUNDLE=\"$HANBAT_KIT/ca.pem\"\n",
      network.setting.authority(), entry.region, entry.keys.id, entry.keys.secret);
  std::vector<std::pair<std::string, std::string>> settings = {
      {"url." + git + ".insteadOf", "'https://" + aws + "/'"},
      {"credential." + git + ".helper",
       "'!f() { test \"$1\" != get || aws codecommit credential-helper --ignore-host-check get; }; f'"},
      {"credential." + git + ".useHttpPath", "true"},
      {"http." + git + ".sslCAInfo", "\"$HANBAT_KIT/ca.pem\""}};
  // git-remote-codecommit signs for AWS's name, at HTTPS's own port.
  if (network.setting.port == host::kListenPort) {
    settings.emplace_back("http.curloptResolve", "'" + aws + ":443:" + network.setting.address + "'");
    settings.emplace_back("http.https://" + aws + "/.sslCAInfo", "\"$HANBAT_KIT/ca.pem\"");
  }
  for (std::size_t i = 0; i < settings.size(); ++i)
    lines += fmt::format("export GIT_CONFIG_KEY_{0}='{1}' GIT_CONFIG_VALUE_{0}={2}\n", i, settings[i].first,
                         settings[i].second);
  lines += fmt::format(
      "export GIT_CONFIG_COUNT={}\nunset GIT_SSL_CAINFO\n"
      "export HANBAT_SSH=\"$HANBAT_KIT/ssh/config\"\n"
      "sed \"s|@KIT@|$HANBAT_KIT|\" \"$HANBAT_KIT/ssh/config.template\" >\"$HANBAT_SSH\"\n"
      "chmod 600 \"$HANBAT_KIT/ssh/key\"\n"
      "export GIT_SSH_COMMAND=\"ssh -F '$HANBAT_SSH'\"\n"
      // web-1.ap-northeast-2.elb.amazonaws.com as it is reached from here.
      "balancer_url() {{ printf 'https://%s.{}/\\n' \"${{1%.amazonaws.com}}\"; }}\n",
      settings.size(),
      network.setting.port == host::kListenPort ? name : fmt::format("{}:{}", name, network.setting.port));
  return lines;
}

void add_network(const Home& home, const Entry& entry, const NetworkKit& network, const fs::path& folder) {
  const fs::path kit = folder / "kit";
  const std::string registry = registry_of(entry, network);
  for (const fs::path& made : {kit / "ssh", kit / "aws", kit / "docker" / "certs.d" / registry})
    make_folders(made.string(), 0700);
  const std::string ca = authorities(home);
  const auto put = [&](const fs::path& name, const std::string& text, unsigned mode) {
    write_file_atomic((kit / name).string(), text, mode);
  };
  put("credentials.sh", network_shell_lines(entry, network), 0600);
  // Buckets in the path: with nothing but the lines of `hosts` no name of a bucket is known.
  const std::string profile = fmt::format("region = {}\nendpoint_url = https://{}\ns3 =\n  addressing_style = path\n",
                                          entry.region, network.setting.authority());
  put("aws/config", fmt::format("[default]\n{1}[profile {0}]\n{1}", entry.competitor, profile), 0600);
  put("ca.pem", ca, 0644);
  put(fs::path("docker") / "certs.d" / registry / "ca.crt", ca, 0644);
  put("hosts", hosts_of(entry, network), 0644);
  put("ssh/config.template", ssh_template(network), 0600);
  put("ssh/key", read_file((folder / "work" / "ssh-key").string()), 0600);
  put("ssh/known_hosts", read_file((home.root / "host" / "ssh" / "known_hosts").string()), 0600);
  for (const char* language : {"ko", "en"})
    put(std::string("NETWORK.") + language + ".txt", words(entry, network, language), 0644);
}

}  // namespace hanbat::cli::task
