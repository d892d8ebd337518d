// Images: the registry's repositories and what is in them.
import {aws, list, pages} from '../core/aws.js';
import {h} from '../core/dom.js';
import {watch} from '../core/page.js';
import {t} from '../core/words.js';
import {ago, badge, card, code, pre, table, title} from '../core/ui.js';

const size = (bytes) => bytes > 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e3).toFixed(1)} kB`;

export function open({room, live, parts}) {
  if (parts.length) return openRepository(room, live, parts.join('/'));
  return watch(room, live, {
    head: title(t('Images')),
    load: () => pages('ecr', 'DescribeRepositories', {}, 'repositories'),
    view: (all) => card(null, table([[t('Repository'), (one) => one.repositoryName], [t('Address'), (one) => h('code', {class: 'wrap'}, one.repositoryUri)], [t('Tags'), (one) => one.imageTagMutability], [t('Made'), (one) => ago(one.createdAt)]], all, {href: (one) => `#/images/${one.repositoryName.split('/').map(encodeURIComponent).join('/')}`, none: t('There is no repository yet.')})),
    every: 5000,
  });
}

function openRepository(room, live, name) {
  return watch(room, live, {
    head: title(name, {trail: [[t('Images'), '#/images']]}),
    load: async () => {
      const [images, repository] = await Promise.all([pages('ecr', 'DescribeImages', {repositoryName: name}, 'imageDetails', {most: 1000}), aws('ecr', 'DescribeRepositories', {repositoryNames: [name]})]);
      return {images: images.sort((a, b) => b.imagePushedAt - a.imagePushedAt), uri: list(repository.repositories)[0].repositoryUri};
    },
    view: ({images, uri}) => [card(t('Pull'), pre(`docker pull ${uri}:${list(images[0]?.imageTags)[0] || 'latest'}`)),
      card(null, table([[t('Tags'), (one) => list(one.imageTags).length ? list(one.imageTags).map((tag) => badge('tag', tag)) : '–'], [t('Digest'), (one) => code(one.imageDigest.slice(0, 19))], [t('Size'), (one) => size(one.imageSizeInBytes || 0), {class: 'num'}], [t('Pushed'), (one) => ago(one.imagePushedAt)]], images, {none: t('No image was pushed yet.')}))],
    every: 5000,
  });
}
