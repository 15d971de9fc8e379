"""The committed .gitlab-ci.yml: its policy, its mutations, and GitLab jobs that really run."""
